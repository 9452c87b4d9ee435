import FileFormats
import Foundation

/// Everything below a folder: names, kinds, modes and contents. Equal before and after means untouched.
struct FolderDigest: Equatable, CustomStringConvertible {
    /// One line per entry.
    let entries: [String]

    init(_ path: String, except: Set<String> = []) throws {
        let names = (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted()
        entries = try names.filter { name in !except.contains { name == $0 || name.hasPrefix($0 + "/") } }.map { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            let mode = (attributes[.posixPermissions] as? Int).map { String($0, radix: 8) } ?? "?"
            guard let data = FileManager.default.contents(atPath: "\(path)/\(name)"),
                attributes[.type] as? FileAttributeType == .typeRegular
            else { return "\(name) \(mode)" }
            var hash = SHA256()
            data.withUnsafeBytes { hash.update($0) }
            return "\(name) \(mode) \(hash.hexadecimal)"
        }
    }

    var description: String { entries.joined(separator: "\n") }
}
