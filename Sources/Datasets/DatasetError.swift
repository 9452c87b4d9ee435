import FileFormats
import UserErrors

/// What is wrong with a data set or with how it was named. Its `description` is a sentence for the user.
package struct DatasetError: UserError, Equatable, Sendable {
    package var category: ErrorCategory
    package var description: String
    /// What is wrong with which file of the list, where it is one of these.
    package var file: FileFault?

    package init(_ category: ErrorCategory, _ description: String) {
        self.category = category
        self.description = description
    }

    package init(_ error: FileFormatError, _ file: FileFault? = nil) {
        self.file = file
        // A disk or a network that fails may work another time.
        category = error.category == .inputOutput ? .tryAgain : error.category
        description = error.description
    }

    /// Runs `body`, turning the errors of files into errors of data sets.
    static func wrapping<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FileFormatError {
            throw DatasetError(error)
        }
    }
}
