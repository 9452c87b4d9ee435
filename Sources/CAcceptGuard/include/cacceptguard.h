// Keeps the last descriptors of this process from the connections that a listening socket accepts.
//
// libzmq 4.3.4 aborts the process where a descriptor that it needs is not to be had. Its places, and what is done about
// each:
//
// - accept: ipc_listener.cpp aborts on EMFILE, ENOBUFS and ENOMEM, and both listeners on each error that is not on their
//   list (ENETDOWN, EPERM, …). A stranger can repeat it until nothing is left. So this library defines accept4 itself: the
//   linker lets a program's definition stand before the C library's, for shared libraries too.
// - a bind reads the list of interfaces (ip_resolver.cpp), which takes a descriptor and a reply of the kernel: sockets are
//   bound here, and given to libzmq (ZMQ_USE_FD). The same keeps a vanished address from it.
// - a new context (epoll.cpp, ctx.cpp): the limit is looked at before (DescriptorLimit).
//
// Left are epoll_ctl out of kernel memory or of fs.epoll.max_user_watches, send and recv with ENOMEM, and a connect that
// ends with ENOBUFS: the kernel itself is out of memory there.
#ifndef CACCEPTGUARD_H
#define CACCEPTGUARD_H

// How many descriptors accepted connections leave to the rest of the process. Linux only; 0 elsewhere.
int cag_reserve(void);

#endif
