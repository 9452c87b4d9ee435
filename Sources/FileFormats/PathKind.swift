import Foundation

/// What is at a path.
package enum PathKind: Hashable, Sendable {
    case folder
    /// A regular file, a device, a socket: anything but a folder.
    case file

    /// What is at `path`, behind symbolic links; nil where there is nothing.
    ///
    /// - Throws: `FileFormatError` (permission) where a folder on the way may not be searched. (`FileManager.fileExists`
    ///   says then that there is nothing, and who trusts it tells of a file that is missing.)
    package static func at(_ path: String) throws -> PathKind? {
        var status = stat()
        guard stat(path, &status) != 0 else { return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file }
        let code = errno
        guard code == EACCES || code == EPERM else { return nil }
        throw FileFormatError(
            .permission, file: path, "cannot be reached: permission denied",
            advice: "check the owner and the mode of the folders that it lies in")
    }
}
