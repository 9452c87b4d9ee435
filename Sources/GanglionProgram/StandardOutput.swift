// The C library's `stdout` is a variable that nothing here changes.
@preconcurrency import Glibc

/// What has become of the lines that the program printed.
enum StandardOutput {
    /// Writes what is still in memory.
    ///
    /// - Returns: why a part of the output is lost; nil if all was written, or whoever read it had enough
    ///   (`ganglion inspect | head`).
    static func flush() -> String? {
        errno = 0
        let isFlushed = fflush(nil) == 0
        let code = errno
        // What filled the buffer before was written then, or not: the stream remembers that, but not why.
        guard !isFlushed || ferror(stdout) != 0, code != EPIPE, !isClosedPipe else { return nil }
        return isFlushed || code == 0 ? "a part of it is lost" : String(cString: strerror(code))
    }

    /// Writes what is still in memory.
    ///
    /// - Returns: whether more output has a sense: all was written so far, and whoever reads it is still there.
    static func isWanted() -> Bool { fflush(stdout) == 0 && ferror(stdout) == 0 && !isClosedPipe }

    /// Lets `seconds` go by, less where whoever reads the output goes away.
    static func wait(seconds: Int32) {
        var status = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        _ = poll(&status, 1, 1000 * seconds)
    }

    /// A pipe whose other end is closed.
    private static var isClosedPipe: Bool {
        var status = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&status, 1, 0) == 1 && status.revents & Int16(POLLERR) != 0
    }
}
