import CZeroMQ
import Foundation
import UserErrors

/// What went wrong with an endpoint or a socket, as a sentence for the user.
public struct MessagingError: UserError, Hashable, Sendable {
    /// The `errno` of the call that failed; 0 where no call was made.
    public let code: Int32
    /// What is wrong, where, and what to do.
    public let description: String

    public var category: ErrorCategory {
        switch code {
        case EADDRINUSE, EADDRNOTAVAIL, ENODEV, EEXIST, ENOSPC, EFBIG, EROFS: .cannotCreate
        case ENOENT: .missing
        case EBADMSG: .data
        case EACCES, EPERM: .permission
        default: .system
        }
    }

    package init(_ description: String, code: Int32 = 0) {
        self.code = code
        self.description = description
    }

    /// The error that libzmq just left in `errno` on this thread.
    package static func last(_ action: String) -> MessagingError {
        let code = zmq_errno()
        return MessagingError("\(action): \(String(cString: zmq_strerror(code)))", code: code)
    }
}
