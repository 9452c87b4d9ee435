import Foundation

/// Standard error. Every line that the program writes there goes through here.
package enum StandardError {
    /// How long a full pipe that does not block (`O_NONBLOCK`) may take to be read, milliseconds.
    private static let patience: Int32 = 500

    /// Writes `text` as it is; gives up in silence where it cannot be written: a full disk, a closed descriptor, a reader
    /// that went away. (`FileHandle.write` ends the process by a trap then.)
    package static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            let code = errno
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if written < 0, code == EAGAIN {
                var status = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                guard poll(&status, 1, patience) == 1, status.revents & Int16(POLLOUT) != 0 else { return }
            } else if written == 0 || code != EINTR {
                return
            }
        }
    }
}

/// The descriptors 0, 1 and 2.
package enum StandardDescriptors {
    /// Opens `/dev/null` for each that is closed: the next file, socket or pipe would take its number, and text for a person
    /// would be written into it. To be called before anything else opens a descriptor.
    package static func openMissing() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
            // The lowest free number is this one: those below are open by now.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
