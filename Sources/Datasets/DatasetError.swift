import FileFormats

/// What is wrong with a data set or with how it was named. Its `description` is a sentence for the user.
package struct DatasetError: Error, CustomStringConvertible, Equatable, Sendable {
    /// Which sort of failure it is, for the exit code.
    package enum Category: Sendable, Equatable {
        /// The content is wrong.
        case data
        /// A file, a folder or a mirror is not there.
        case missing
        /// It was asked for what cannot be.
        case usage
        /// A file cannot be written.
        case cannotWrite
        /// The system does not permit it.
        case permission
        /// Reading, or the network, failed; it may work another time.
        case temporary

        /// The exit code after sysexits.h.
        package var exitCode: Int32 {
            switch self {
            case .data: 65
            case .missing: 66
            case .usage: 64
            case .cannotWrite: 73
            case .permission: 77
            case .temporary: 75
            }
        }
    }

    package var category: Category
    package var description: String
    /// What is wrong with which file of the list, where it is one of these.
    package var file: FileFault?

    package init(_ category: Category, _ description: String) {
        self.category = category
        self.description = description
    }

    package init(_ error: FileFormatError, _ file: FileFault? = nil) {
        self.file = file
        switch error.kind {
        case .data: category = .data
        case .missing: category = .missing
        case .cannotWrite: category = .cannotWrite
        case .permission: category = .permission
        case .system: category = .temporary
        }
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
