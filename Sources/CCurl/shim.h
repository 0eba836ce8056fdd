// libcurl, as Debian's libcurl4-openssl-dev installs it.
#include <curl/curl.h>
