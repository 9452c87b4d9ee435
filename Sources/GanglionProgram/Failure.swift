import FileFormats
import Messaging
import RunConfiguration
import Runs
import UserErrors

/// How an error ends the program: one line on standard error, and an exit code after sysexits.h.
struct Failure {
    let line: String
    let code: Int32

    init(_ error: any Error) {
        line = RunError.line("\(error)")
        code = (error as? any UserError)?.exitCode ?? ErrorCategory.software.exitCode
    }

    /// A command line that cannot be read.
    init(usage message: String) {
        line =
            RunError.line(message.hasSuffix(".") || message.hasSuffix("?") ? message : message + ".") + " See --help."
        code = ErrorCategory.usage.exitCode
    }

    func exit() -> Never {
        StandardError.write(line + "\n")
        Ganglion.end(code)
    }

    /// Runs `body`; what is wrong with an address is an error of the flag that gave it.
    static func usage<Result>(_ flag: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as MessagingError where error.code == 0 {
            throw RunError(.usage, at: flag, error.description)
        }
    }
}
