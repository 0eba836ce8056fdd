// libfcgi, as Debian's libfcgi-dev installs it.
#include <fcgiapp.h>
#include <fcgios.h>
