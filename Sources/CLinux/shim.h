// Functions of glibc that Swift's Glibc module leaves out, because it is made without _GNU_SOURCE.
#include <spawn.h>

// memfd_create(2)
extern int memfd_create(const char *name, unsigned flags);
static const unsigned mask_memfd_close_on_exec = 1U; // MFD_CLOEXEC

// posix_spawn(3): "from" and every greater descriptor are closed in the new process. glibc 2.34.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
