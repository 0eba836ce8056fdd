// The TurboJPEG API of libjpeg-turbo, as Debian's libturbojpeg0-dev installs it. Unlike libjpeg's it ends a failure with a
// return value.
#include <turbojpeg.h>
