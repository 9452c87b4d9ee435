import Foundation

/// The right to write to a run directory: one process holds it, and loses it when it ends, however it ends.
final class RunLock: Sendable {
    static let fileName = ".lock"
    private let descriptor: Int32
    private let path: String

    /// Takes the lock of a folder.
    /// - Throws: `RunError` (cannot create) if another process holds it, or the folder cannot be written.
    init(folder: String) throws {
        path = "\(folder)/\(Self.fileName)"
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else {
                let code = errno
                throw RunError(
                    code == EACCES || code == EPERM ? .permission : .cannotCreate, at: folder,
                    "cannot be written: \(String(cString: strerror(code)))",
                    advice: "check the folder's owner and mode, or choose another with --run")
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                let holder = Self.holder(descriptor)
                close(descriptor)
                guard code == EWOULDBLOCK else {
                    throw RunError(.cannotCreate, at: path, "cannot be locked: \(String(cString: strerror(code)))")
                }
                throw RunError(
                    .cannotCreate, at: folder,
                    "another coordinator\(holder.map { " (process \($0))" } ?? "") is using this run directory",
                    advice: "wait for it or choose another with --run")
            }
            // The holder of before removes the file as it lets go: a lock on a removed file excludes nobody.
            if Self.isFile(descriptor, at: path) {
                self.descriptor = descriptor
                break
            }
            close(descriptor)
        }
        ftruncate(descriptor, 0)
        _ = "\(getpid())\n".withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit {
        // The folder may have been given up, and be another's by now.
        if Self.isFile(descriptor, at: path) { unlink(path) }
        close(descriptor)
    }

    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (opened, named) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }

    private static func holder(_ descriptor: Int32) -> Int? {
        var text = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &text, text.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: text.prefix(count), as: UTF8.self).trimmingSpaces)
    }
}
