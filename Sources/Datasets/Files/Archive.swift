import FileFormats
import Foundation

/// An archive that somebody gives for the folder in it: what it is, and the command that unpacks it.
struct Archive {
    /// "a ZIP archive"
    let kind: String
    /// The folder that the command unpacks to.
    let folder: String
    let command: String

    private static let endings: [(ending: String, kind: String)] = [
        (".zip", "a ZIP archive"), (".tar.gz", "a tar archive, compressed by gzip"),
        (".tgz", "a tar archive, compressed by gzip"), (".tar.bz2", "a tar archive, compressed by bzip2"),
        (".tbz2", "a tar archive, compressed by bzip2"), (".tar.xz", "a tar archive, compressed by xz"),
        (".txz", "a tar archive, compressed by xz"), (".tar.zst", "a tar archive, compressed by Zstandard"),
        (".tar", "a tar archive"), (".7z", "a 7z archive"), (".rar", "a RAR archive"),
    ]

    /// Nil where neither the name nor the beginning of the file says that it is one.
    ///
    /// - Parameter shown: its path in the command.
    init?(_ path: String, shown: String? = nil) {
        let shown = shown ?? path
        let beginning = Self.beginning(of: path)
        let known = FileKind.name(of: beginning)
        let byName = Self.endings.first { path.lowercased().hasSuffix($0.ending) }
        let isTar = byName.map { $0.ending.hasPrefix(".t") } ?? false || Self.isTar(path)
        let stem = byName.map { String(shown.dropLast($0.ending.count)) } ?? shown + ".unpacked"
        folder = stem.isEmpty ? "unpacked" : stem
        let (archive, target) = (Self.quoted(shown), Self.quoted(folder))
        switch known {
        case "a ZIP archive"?: (kind, command) = ("a ZIP archive", "unzip \(archive) -d \(target)")
        case "a 7z archive"?: (kind, command) = ("a 7z archive", "7z x \(archive) -o\(target)")
        case "a RAR archive"?: (kind, command) = ("a RAR archive", "unrar x \(archive) \(target)/")
        case "a tar archive"?: (kind, command) = ("a tar archive", "mkdir \(target) && tar xf \(archive) -C \(target)")
        case "a gzip file"? where isTar:
            (kind, command) = (
                "a tar archive, compressed by gzip", "mkdir \(target) && tar xzf \(archive) -C \(target)"
            )
        case "a bzip2 file"? where isTar, "an xz file"? where isTar, "a Zstandard file"? where isTar:
            (kind, command) = (byName?.kind ?? "a tar archive", "mkdir \(target) && tar xf \(archive) -C \(target)")
        case nil, "an empty file"?:
            // Empty, cut at the beginning, or not to be read: by its name.
            guard let byName else { return nil }
            kind = beginning.isEmpty ? "an empty file" : byName.kind
            command =
                isTar
                ? "mkdir \(target) && tar x\(byName.kind.hasSuffix("gzip") ? "z" : "")f \(archive) -C \(target)"
                : byName.ending == ".zip"
                    ? "unzip \(archive) -d \(target)"
                    : byName.ending == ".7z" ? "7z x \(archive) -o\(target)" : "unrar x \(archive) \(target)/"
        default: return nil
        }
    }

    /// Whether a name is that of an archive.
    static func isNamedSo(_ name: String) -> Bool { endings.contains { name.lowercased().hasSuffix($0.ending) } }

    static func beginning(of path: String) -> [UInt8] {
        guard let file = try? InputFile(path) else { return [] }
        var bytes = [UInt8](repeating: 0, count: FileKind.beginningSize)
        let count = bytes.withUnsafeMutableBytes { try? file.read(into: $0) }
        return Array(bytes.prefix(count ?? 0))
    }

    /// Whether a tar archive is in a file that is perhaps compressed by gzip.
    private static func isTar(_ path: String) -> Bool {
        guard let reader = try? GzipReader(path) else { return false }
        var bytes = [UInt8](repeating: 0, count: FileKind.beginningSize)
        let count = bytes.withUnsafeMutableBytes { try? reader.read(into: $0) }
        return FileKind.name(of: bytes.prefix(count ?? 0)) == "a tar archive"
    }

    /// As a shell takes it for one word.
    static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
                true
            default: "/._-+,@:".utf8.contains(byte)
            }
        }
        return isPlain && !path.hasPrefix("-") ? path : "'" + path.replacing("'", with: "'\\''") + "'"
    }
}
