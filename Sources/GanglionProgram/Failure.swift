import Adversarial
import Datasets
import Distributed
import FileFormats
import Foundation
import Messaging
import Runs

/// How an error ends the program: one line on standard error, and an exit code after sysexits.h.
struct Failure {
    let line: String
    let code: Int32

    /// The line without the program's name, as a run's log has it.
    var sentence: String {
        line.hasPrefix(RunError.line("")) ? String(line.dropFirst(RunError.line("").count)) : line
    }

    init(_ error: any Error) {
        switch error {
        case let error as RunError:
            line = error.line
            code = error.exitCode
        case let error as DatasetError:
            line = RunError.line(error.description)
            code = error.category.exitCode
        case let error as FileFormatError:
            let error = RunError(error)
            line = error.line
            code = error.exitCode
        case let error as MessagingError:
            line = RunError.line(error.description)
            code = Failure.code(of: error)
        case let error as AdversarialError:
            line = RunError.line(error.description)
            code = RunError.Category.data.rawValue
        case let error as DistributedError:
            line = RunError.line(error.description)
            code = Failure.code(of: error)
        default:
            line = RunError.line("\(error)")
            code = 70
        }
    }

    /// A command line that cannot be read.
    init(usage message: String) {
        line =
            RunError.line(message.hasSuffix(".") || message.hasSuffix("?") ? message : message + ".") + " See --help."
        code = RunError.Category.usage.rawValue
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

    private static func code(of error: DistributedError) -> Int32 {
        switch error {
        case .coordinatorLost, .coordinatorStopped: 75
        case .refused: 77
        case .computation, .notFinite: 65
        case .malformedMessage: 76
        case .process: 71
        }
    }

    private static func code(of error: MessagingError) -> Int32 {
        switch error.code {
        case EADDRINUSE, EADDRNOTAVAIL, ENODEV, EEXIST, ENOSPC, EFBIG, EROFS: 73
        case ENOENT: 66
        case EBADMSG: 65
        case EACCES, EPERM: 77
        default: 71
        }
    }
}
