import Foundation

/// A pipe by which a process knows that its launcher still lives: when the launcher ends, even by SIGKILL, the kernel
/// closes its end.
package enum Lifeline {
    /// The descriptor that a launched worker finds its end at.
    package static let descriptor: Int32 = 3

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
