import Foundation

/// A pipe between a launcher and the processes that it starts: its end, however the launcher ended, ends them.
enum Lifeline {
    /// Ends this process at once when the pipe's other end is gone.
    static func watch(_ descriptor: Int32) {
        let thread = Thread {
            var byte: UInt8 = 0
            while true {
                let count = read(descriptor, &byte, 1)
                if count > 0 || (count < 0 && errno == EINTR) { continue }
                // The launcher is gone: nobody is left to tell, and nothing to save.
                _exit(75)
            }
        }
        thread.stackSize = 64 * 1024
        thread.start()
    }
}
