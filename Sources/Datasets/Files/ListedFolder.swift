import FileFormats
import Foundation

/// The folder in which a process finds the files of a list. A name that was copied by way of another system may have its accents
/// spelled in another way (é as one character or as e and an accent): it is the same name.
///
/// `@unchecked Sendable`: all that changes is read and written under the lock.
final class ListedFolder: @unchecked Sendable {
    let root: FilePath
    private let lock = NSLock()
    /// The names in a folder, by their normalised form.
    private var names: [FilePath: [FilePath: FilePath]] = [:]

    init(_ root: FilePath) {
        self.root = root
    }

    /// Bytes of the largest file that is read.
    static let largestFile = 1 << 30

    /// All bytes of a file of the list.
    ///
    /// - Throws: `FileFormatError`.
    func bytes(of path: FilePath) throws -> [UInt8] {
        do {
            return try InputFile.bytes(of: root.appending(path), limit: Self.largestFile)
        } catch let error as FileFormatError where error.category == .missing {
            guard let other = respelled(path) else { throw error }
            return try InputFile.bytes(of: other, limit: Self.largestFile)
        }
    }

    /// Whether a file of the list is there.
    func has(_ path: FilePath) -> Bool {
        root.appending(path).withCString { access($0, F_OK) } == 0 || respelled(path) != nil
    }

    /// The path of a file whose names are spelled in another way; nil where there is none.
    private func respelled(_ path: FilePath) -> FilePath? {
        var found = root
        for component in path.components {
            let exact = found.appending(component)
            if exact.withCString({ access($0, F_OK) }) == 0 {
                found = exact
                continue
            }
            guard let name = names(in: found)[component.normalized] else { return nil }
            found = found.appending(name)
        }
        return found
    }

    private func names(in folder: FilePath) -> [FilePath: FilePath] {
        lock.withLock {
            if let known = names[folder] { return known }
            var found: [FilePath: FilePath] = [:]
            if let stream = folder.withCString({ opendir($0) }) {
                defer { closedir(stream) }
                while let entry = readdir(stream) {
                    let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                        FilePath(bytes: Array($0.prefix { $0 != 0 }))
                    }
                    found[name.normalized] = name
                }
            }
            names[folder] = found
            return found
        }
    }
}
