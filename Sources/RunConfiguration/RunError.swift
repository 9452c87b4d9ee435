import FileFormats
import UserErrors

/// What is wrong with a configuration, a run directory or a checkpoint. Its `description` is a sentence for the user:
/// `<where>: <what>; expected X, got Y; <what to do>`.
package struct RunError: UserError, Equatable, Sendable {
    package var category: ErrorCategory
    /// A file, `file:line:column`, a key, a flag.
    package var place: String
    package var problem: String
    package var expected: String?
    package var found: String?
    package var advice: String?

    package init(
        _ category: ErrorCategory, at place: String, _ problem: String, expected: String? = nil, found: String? = nil,
        advice: String? = nil
    ) {
        self.category = category
        self.place = place
        self.problem = problem
        self.expected = expected
        self.found = found
        self.advice = advice
    }

    /// The same failure as an error of a run.
    package init(_ error: FileFormatError) {
        category = error.category
        place = error.byte.map { "\(error.file): byte \($0)" } ?? error.file
        problem = error.problem
        expected = error.expected
        found = error.found
        advice = error.advice
    }

    package var description: String {
        ErrorSentence.text(at: place, problem, expected: expected, found: found, advice: advice)
    }

    /// `ganglion: error: <sentence>`, in one line whatever the sentence quotes.
    package var line: String { Self.line(description) }

    /// `ganglion: error: <sentence>`, in one line whatever the sentence quotes.
    package static func line(_ sentence: String) -> String { "\(ProgramName.current): error: " + printable(sentence) }

    /// The sentence without control characters.
    package static func printable(_ sentence: String) -> String {
        String(sentence.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}

extension RunError {
    /// Runs `body`; what is wrong with a file is an error of the run.
    package static func rethrowing<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FileFormatError {
            throw RunError(error)
        }
    }

    /// `ganglion: warning: <sentence>`, with its end of line.
    package static func warningLine(_ sentence: String) -> String {
        "\(ProgramName.current): warning: " + printable(sentence) + "\n"
    }
}

extension String {
    /// The text in quotes, cut at 80 characters, control characters replaced.
    package var inQuotes: String {
        let shown = unicodeScalars.prefix(80).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : String($0) }.joined()
        return "'\(shown)\(unicodeScalars.count > 80 ? "…" : "")'"
    }
}
