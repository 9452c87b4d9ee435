import FileFormats
import Foundation

/// A folder in which a data set's files are looked for.
struct DataFolder {
    let path: String
    /// The data set's name for `ganglion data fetch`.
    let fetchName: String?

    init(_ path: String, fetchName: String?) {
        self.path = path
        self.fetchName = fetchName
    }

    /// Throws a `FileFormatError` unless the folder is there.
    func check() throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw FileFormatError(.missing, file: path, "there is no such folder", advice: advice)
        }
        guard isFolder.boolValue else {
            throw FileFormatError(
                .missing, file: path, "it is a file", expected: "the folder that holds the data set")
        }
    }

    /// The path of the first of `names` that is there, as it is or with `.gz`.
    func find(_ names: [String]) throws -> String {
        for name in names {
            for candidate in ["\(path)/\(name)", "\(path)/\(name).gz"]
            where FileManager.default.fileExists(atPath: candidate) {
                return candidate
            }
        }
        throw FileFormatError(
            .missing, file: "\(path)/\(names[0])", "there is no such file, nor one with .gz", advice: advice)
    }

    private var advice: String {
        guard let fetchName else { return "check the path" }
        return "check the path, or get the data set with `ganglion data fetch \(fetchName)`"
    }
}
