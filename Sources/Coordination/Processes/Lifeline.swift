import Foundation

/// A pipe by which a process knows that its launcher still lives: when the launcher ends, even by SIGKILL, the kernel
/// closes its end.
package enum Lifeline {
    /// The descriptor that a launched worker finds its end at.
    package static let descriptor: Int32 = 3

    /// Makes a lifeline, neither end of which any process inherits by itself.
    ///
    /// - Throws: `CoordinationError.process`.
    static func make() throws -> (readEnd: Int32, writeEnd: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw CoordinationError.process("cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Watches a lifeline on a thread of its own, and calls `onEnd` when the other end is closed.
    package static func watch(_ descriptor: Int32, onEnd: @escaping @Sendable () -> Void) {
        let thread = Thread {
            var byte: UInt8 = 0
            while true {
                let count = read(descriptor, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            onEnd()
        }
        thread.name = "lifeline"
        thread.stackSize = 1 << 18
        thread.start()
    }
}
