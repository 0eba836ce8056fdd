// c-ares, as Debian's libc-ares-dev installs it.
#include <ares.h>
