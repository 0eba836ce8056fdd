#include <systemd/sd-daemon.h>
// sd-journal.h would add the caller's place in the C code to each line, which is no place of ours.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
