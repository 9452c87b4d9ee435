import FileFormats
import Foundation

/// The images below a folder.
enum ImageList {
    /// Paths, relative to `folder`, of the files in it and in its subfolders that end in .png, .jpg or .jpeg, sorted by their
    /// bytes. Hidden files and folders are left out; symbolic links are followed, but not round in circles.
    ///
    /// - Throws: `FileFormatError` when a folder cannot be read.
    static func paths(in folder: String) throws -> [String] {
        var paths: [String] = []
        try collect(folder, prefix: "", within: [], into: &paths)
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// - Parameter above: the folders that lead here, by their real paths.
    private static func collect(
        _ folder: String, prefix: String, within above: Set<String>, into paths: inout [String]
    ) throws {
        let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        guard !above.contains(real) else { return }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw FileFormatError(
                .permission, file: folder, "the folder cannot be read", advice: "check its owner and its mode")
        }
        for name in names where !name.hasPrefix(".") {
            let path = prefix + name
            if ["png", "jpg", "jpeg"].contains((name as NSString).pathExtension.lowercased()) {
                paths.append(path)
                continue
            }
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder), isFolder.boolValue {
                try collect("\(folder)/\(name)", prefix: path + "/", within: above.union([real]), into: &paths)
            }
        }
    }
}
