// GNU libidn2, as Debian's libidn2-dev installs it.
#include <idn2.h>
