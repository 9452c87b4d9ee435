import FileFormats
import Foundation

extension FilePath {
    /// The path without its last component: `.` for a single name; nil for `/` and `.`.
    package var parent: FilePath? {
        let slash = UInt8(ascii: "/")
        guard let end = bytes.lastIndex(where: { $0 != slash }), bytes != [UInt8(ascii: ".")] else { return nil }
        guard let last = bytes[...end].lastIndex(of: slash) else { return FilePath(".") }
        let rest = bytes[..<last]
        return rest.lastIndex { $0 != slash }.map { FilePath(bytes: Array(bytes[...$0])) } ?? FilePath("/")
    }

    /// The absolute path without links; nil when there is no such file.
    var resolved: FilePath? {
        withCString { path in
            guard let real = realpath(path, nil) else { return nil }
            defer { free(real) }
            return FilePath(bytes: UnsafeBufferPointer(start: real, count: strlen(real)).map { UInt8(bitPattern: $0) })
        }
    }
}
