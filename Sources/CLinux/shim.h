// Functions of glibc that Swift's Glibc module leaves out, because it is made without _GNU_SOURCE.
#include <spawn.h>
#include <stdio.h>

// memfd_create(2)
extern int memfd_create(const char *name, unsigned flags);
static const unsigned mask_memfd_close_on_exec = 1U; // MFD_CLOEXEC

// posix_spawn(3): "from" and every greater descriptor are closed in the new process. glibc 2.34.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// Locks on single bytes of a file that belong to the open file, not to the process (fcntl_locking(2), "Open file description
// locks"): the kernel lets go when the last descriptor of it is closed.
#include <fcntl.h>
#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#endif
#define MASK_OFD_SETLKW 38

// 0 where the byte was free and is locked from now on.
static inline int mask_lock_byte(int descriptor, long byte) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return fcntl(descriptor, F_OFD_SETLK, &lock);
}

// The same, and waits for it. 0 once it is locked.
static inline int mask_wait_for_byte(int descriptor, long byte) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return fcntl(descriptor, MASK_OFD_SETLKW, &lock);
}

// 1 where another open file has locked the byte.
static inline int mask_is_byte_locked(int descriptor, long byte) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

// fallocate(2) with FALLOC_FL_KEEP_SIZE: takes blocks for bytes beyond the end of a file, which stays as long as it is.
#include <sys/types.h>
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);
static inline int mask_reserve_blocks(int descriptor, long bytes) { return fallocate(descriptor, 1, 0, bytes); }

// accept(2) with a descriptor that no child inherits, also one that another thread starts at that moment.
#define MASK_SOCK_CLOEXEC 02000000
#include <sys/socket.h>
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
static inline int mask_accept(int listener) { return accept4(listener, 0, 0, MASK_SOCK_CLOEXEC); }

// malloc_trim(3): gives memory that is free back to the system, of all arenas.
#include <stddef.h>
extern int malloc_trim(size_t kept);
