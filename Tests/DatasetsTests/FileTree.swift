import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

/// A folder of empty files: what is taken is decided by names.
final class FileTree {
    let folder: TemporaryFolder
    var path: String { folder.path }

    init(_ names: String...) throws {
        folder = try TemporaryFolder()
        for name in names { try add(name) }
    }

    /// Creates the file `name` with its folders; a folder where the name ends in "/".
    func add(_ name: String) throws { try add(bytes: Array(name.utf8)) }

    /// The same for a name that need not be UTF-8.
    func add(bytes: [UInt8]) throws {
        let components = FilePath(bytes: bytes).components
        var path = FilePath(folder.path)
        for folder in bytes.last == UInt8(ascii: "/") ? components[...] : components.dropLast() {
            path = path.appending(folder)
            _ = path.withCString { mkdir($0, 0o777) }
        }
        guard bytes.last != UInt8(ascii: "/"), let name = components.last else { return }
        let file = path.appending(name).withCString { open($0, O_WRONLY | O_CREAT, 0o666) }
        try #require(file >= 0)
        close(file)
    }

    func link(_ name: String, to target: String) throws {
        try #require(symlink(target, folder.file(name)) == 0)
    }

    func scan(_ split: DatasetSplit? = .train, below name: String = "") throws -> ImageScan {
        try ImageScan(folder: name.isEmpty ? path : folder.file(name), split: split)
    }

    /// The taken files with their classes: "cats/1.png".
    func taken(_ split: DatasetSplit? = .train) throws -> [String] { try scan(split).files.map(\.path.description) }

    /// The folder that is taken, relative to the whole.
    func base(_ split: DatasetSplit? = .train) throws -> String {
        String(try scan(split).folder.description.dropFirst(path.count + 1))
    }

    /// Why nothing was taken, without the folder.
    func refusal(_ split: DatasetSplit? = .train, below name: String = "") -> String? {
        let error = #expect(throws: FileFormatError.self) { try scan(split, below: name) }
        return error?.description.replacing(path, with: "ROOT")
    }
}
