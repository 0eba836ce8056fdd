// zlib, as Debian's zlib1g-dev installs it.
#include <zlib.h>

// deflateInit2 is a macro, which Swift does not see. 31 window bits: 15, and 16 for a gzip header.
static inline int mask_deflate_init_gzip(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
}
