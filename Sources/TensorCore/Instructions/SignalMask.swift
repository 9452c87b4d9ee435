#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs `body` while the calling thread takes no signals from outside.
///
/// Some kernels that oneDNN generates use the stack pointer as one more general register, so that it points into a matrix
/// on the heap. The kernel writes a signal's frame where that register points: a handler that runs on this thread during
/// such a product overwrites memory (in a loop of products, four signals in ten arrive at such a moment). Another thread
/// takes the signal in the meantime, or this one does afterwards. Signals for the thread's own faults stay as they are.
@inline(__always)
func withSignalsBlocked<Result>(_ body: () throws -> Result) rethrows -> Result {
    var blocked = asynchronousSignals
    var before = sigset_t()
    pthread_sigmask(SIG_BLOCK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    return try body()
}

private let asynchronousSignals: sigset_t = {
    var set = sigset_t()
    sigfillset(&set)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS] { sigdelset(&set, fault) }
    return set
}()
