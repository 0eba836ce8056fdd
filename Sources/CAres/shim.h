// c-ares, as Debian's libc-ares-dev installs it.
#include <ares.h>

// Every function answers with an int; its values are macros of ints up to 1.18 (Debian 12) and an enum of its own since
// 1.23 (Debian 13), which Swift does not compare with an int.
static const int mask_ares_success = ARES_SUCCESS;
static const int mask_ares_nodata = ARES_ENODATA;
static const int mask_ares_notfound = ARES_ENOTFOUND;
static const int mask_ares_timeout = ARES_ETIMEOUT;
static const int mask_ares_cancelled = ARES_ECANCELLED;
static const int mask_ares_servfail = ARES_ESERVFAIL;
static const int mask_ares_refused = ARES_EREFUSED;
static const int mask_ares_connrefused = ARES_ECONNREFUSED;
static const int mask_ares_notimp = ARES_ENOTIMP;
static const int mask_ares_badresp = ARES_EBADRESP;
static const int mask_ares_formerr = ARES_EFORMERR;
