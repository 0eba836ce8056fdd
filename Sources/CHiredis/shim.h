// hiredis, as Debian's libhiredis-dev installs it.
#include <hiredis/hiredis.h>
