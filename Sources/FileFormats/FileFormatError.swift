import Foundation
import UserErrors

/// What is wrong with a file, where, and what to do about it. Its `description` is a sentence for the user:
/// `<file>: byte <n>: <what>; expected X, got Y; <what to do>`.
package struct FileFormatError: UserError, Equatable, Sendable {
    package var category: ErrorCategory
    package var file: String
    package var byte: Int?
    package var problem: String
    package var expected: String?
    package var found: String?
    package var advice: String?

    package init(
        _ category: ErrorCategory, file: String, byte: Int? = nil, _ problem: String, expected: String? = nil,
        found: String? = nil, advice: String? = nil
    ) {
        self.category = category
        self.file = file
        self.byte = byte
        self.problem = problem
        self.expected = expected
        self.found = found
        self.advice = advice
    }

    package var description: String {
        ErrorSentence.text(
            at: byte.map { "\(file): byte \($0)" } ?? file, problem, expected: expected, found: found, advice: advice)
    }
}

extension FileFormatError {
    /// The sentence for a system call that failed with `code` (an errno) while doing `action` ("open", "write").
    package static func system(_ action: String, file: String, code: Int32) -> FileFormatError {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOENT:
            return FileFormatError(.missing, file: file, "cannot \(action): there is no such file or folder")
        case ENOTDIR:
            return FileFormatError(.missing, file: file, "cannot \(action): a part of the path is not a folder")
        case EACCES, EPERM:
            return FileFormatError(
                .permission, file: file, "cannot \(action): permission denied",
                advice: "check the owner and the mode of the file and of its folder")
        case ENOSPC, EDQUOT:
            return FileFormatError(
                .cannotCreate, file: file, "cannot \(action): no space left on the device or in the quota",
                advice: "free some space or choose another folder")
        case EROFS:
            return FileFormatError(
                .cannotCreate, file: file, "cannot \(action): the file system is read-only",
                advice: "choose another folder")
        case EISDIR:
            return FileFormatError(.data, file: file, "cannot \(action): it is a folder", expected: "a file")
        default:
            return FileFormatError(.inputOutput, file: file, "cannot \(action): \(reason)")
        }
    }

    /// The same failure, of what was to be written rather than read.
    func whileWriting() -> FileFormatError {
        var error = self
        if category != .permission { error.category = .cannotCreate }
        return error
    }
}
