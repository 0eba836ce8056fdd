// zxcvbn in C, as Debian's libzxcvbn-dev installs it.
#include <zxcvbn.h>
