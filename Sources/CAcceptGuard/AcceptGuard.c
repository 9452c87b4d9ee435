#if defined(__linux__)
#define _GNU_SOURCE
#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cacceptguard.h"

enum { RESERVE = 16 };

int cag_reserve(void) { return RESERVE; }

// What libzmq's listeners take for a connection that did not come about; they abort on any other error.
static int accept_failed(int error) {
    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        // The process itself has taken the reserve, or the system has nothing left. The connection waits on, and libzmq
        // asks again at once: not at full load.
        usleep(1000);
        errno = ENFILE;
        break;
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOTSOCK:
    case EAGAIN:
    case EINTR: errno = error; break;
    // What befell one connection before it was accepted, or was forbidden by a firewall or a security module.
    default: errno = ECONNABORTED;
    }
    return -1;
}

// accept4(2), but for two things: errors are those that libzmq expects, and a connection that would get one of the last
// descriptors is closed (the kernel gives the lowest free number, so all below are in use).
__attribute__((visibility("default"), used)) int accept4(
    int listener, void *address, unsigned int *length, int flags) {
    const int descriptor = (int)syscall(SYS_accept4, listener, address, length, flags);
    if (descriptor < 0) return accept_failed(errno);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)descriptor + RESERVE >= limit.rlim_cur) {
        close(descriptor);
        errno = ENFILE;
        return -1;
    }
    return descriptor;
}

#else
#include "cacceptguard.h"

int cag_reserve(void) { return 0; }

#endif
