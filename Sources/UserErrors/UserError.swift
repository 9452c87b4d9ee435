/// An error that a person can act on: `description` is a sentence that says where and what is wrong, and what to do.
///
/// The category decides how a command that fails with it ends.
public protocol UserError: Error, CustomStringConvertible {
    var category: ErrorCategory { get }
}

extension UserError {
    /// The exit code of a command that fails with this error.
    public var exitCode: Int32 { category.exitCode }
}
