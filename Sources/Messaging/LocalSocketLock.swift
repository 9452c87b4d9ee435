#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Guards the path of a local socket while it is bound.
///
/// A second bind on the same path succeeds and steals it silently (libzmq removes the old socket's file first): so the
/// path is locked beside it, in a directory that only its owner may enter. The lock ends with the process. When it ends
/// before, the sockets' files are removed, which libzmq leaves; the lock's own stays, for another may wait at it.
package struct LocalSocketLock: ~Copyable {
    private let path: String
    private let descriptor: Int32

    /// Locks `path`; its directory is made (mode 0700) where it is missing.
    ///
    /// - Throws: `MessagingError` where the directory is open to others or the path is locked by another process.
    package init(path: String) throws {
        try LocalSocketLock.preparePrivateDirectory(String(path[..<path.lastIndex(of: "/")!]))
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw LocalSocketLock.failure("cannot open \(lockPath)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = LocalSocketLock.failure("cannot lock \(lockPath)")
            close(descriptor)
            guard error.code == EWOULDBLOCK else { throw error }
            throw MessagingError(
                "ipc://\(path) is in use by another coordinator; stop it or choose another path", code: EADDRINUSE)
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        // Without its own file, what lies there now may be another coordinator's.
        if isInPlace {
            unlink(path)
            unlink(Endpoint.publisherPath(path))
        }
        close(descriptor)
    }

    /// Whether the lock's file still exists: without it, another process can lock the same path.
    package var isInPlace: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink > 0
    }

    /// The directory for sockets of this user: `$XDG_RUNTIME_DIR/ganglion`, else `/tmp/ganglion-<user id>`.
    package static func standardDirectory(runtimeDirectory: String?) -> String {
        if let runtimeDirectory, runtimeDirectory.hasPrefix("/"), runtimeDirectory.utf8.count <= 40 {
            return runtimeDirectory + "/ganglion"
        }
        return "/tmp/ganglion-\(getuid())"
    }

    private static func preparePrivateDirectory(_ directory: String) throws {
        let directory = directory.isEmpty ? "/" : directory
        if mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw failure("cannot make the directory \(directory)")
        }
        var status = stat()
        guard lstat(directory, &status) == 0 else { throw failure("cannot look at the directory \(directory)") }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw MessagingError("\(directory) is not a directory", code: ENOTDIR)
        }
        guard status.st_uid == geteuid() else {
            throw MessagingError(
                "the directory \(directory) of a local socket must be yours alone; expected your own, got one of user \(status.st_uid); choose a directory that does not exist yet",
                code: EACCES)
        }
        guard status.st_mode & 0o077 == 0 else {
            throw MessagingError(
                "the directory \(directory) of a local socket must be yours alone; expected mode 0700, got \(String(status.st_mode & 0o777, radix: 8)); choose a directory that does not exist yet, or chmod 700 it",
                code: EACCES)
        }
    }

    private static func failure(_ action: String) -> MessagingError {
        let code = errno
        return MessagingError("\(action): \(String(cString: strerror(code)))", code: code)
    }
}
