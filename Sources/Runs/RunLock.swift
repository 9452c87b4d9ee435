import FileFormats
import Foundation
import RunConfiguration

/// The right to write to a run directory: one process holds it, and loses it when it ends, however it ends.
///
/// `flock` says who holds it. Where that does nothing (some network file systems), what stands in the file does: who wrote it
/// (machine, process) and, by its time of change, when last; the holder touches it every 30 s.
final class RunLock: @unchecked Sendable {  // the timer is made in `init` and only cancelled
    static let fileName = ".lock"
    /// The holder writes the file this often, seconds.
    private static let touchInterval = 30
    /// A holder on another machine that has not written for so long has ended, seconds.
    private static let patience = 180.0

    private let descriptor: Int32
    private let folder: String
    private let path: String
    private let timer: any DispatchSourceTimer

    /// Takes the lock of a folder.
    /// - Throws: `RunError` (cannot create) if another process holds it, the folder cannot be written, or its file system has
    ///   no locks.
    init(folder: String) throws {
        let path = "\(folder)/\(Self.fileName)"
        let descriptor = try Self.openLocked(path, folder: folder)
        do {
            try Self.take(descriptor, path: path, folder: folder)
        } catch {
            close(descriptor)
            throw error
        }
        self.folder = folder
        self.path = path
        self.descriptor = descriptor
        timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
        timer.schedule(deadline: .now() + .seconds(Self.touchInterval), repeating: .seconds(Self.touchInterval))
        timer.setEventHandler { [weak self] in try? self?.touch() }
        timer.resume()
    }

    deinit {
        timer.cancel()
        // The folder may have been given up, and be another's by now.
        if Self.isFile(descriptor, at: path), RunLockEntry(reading: descriptor)?.process == .current { unlink(path) }
        close(descriptor)
    }

    /// Says to others that the holder lives.
    /// - Throws: `RunError` (cannot create) if another has taken the directory over: nothing may be written there any more.
    func touch() throws {
        try Self.checkHeld(path, folder: folder)
        RunLockEntry.write(to: descriptor)
    }

    private static func checkHeld(_ path: String, folder: String) throws {
        // A file that somebody has removed is nobody's yet.
        if let entry = RunLockEntry(readingFileAt: path), entry.process != .current {
            throw RunError(
                .cannotCreate, at: folder,
                "another coordinator (\(entry.process.description)) has taken this run directory over",
                advice: "this one ends, and has written nothing since; if that is not what you want, stop the other and"
                    + " go on by --resume")
        }
    }

    // MARK: Taking it

    /// Makes this process the holder of a file whose lock was got.
    private static func take(_ descriptor: Int32, path: String, folder: String) throws {
        let locksWork = !canBeLockedAgain(path)
        if let entry = RunLockEntry(reading: descriptor), entry.belongs(to: descriptor) {
            try checkEnded(entry.process, locksWork: locksWork, path: path, folder: folder)
        }
        RunLockEntry.write(to: descriptor)
        guard !locksWork else { return }
        // Two that begin at once both find no holder: the one that wrote last stays.
        usleep(300_000)
        try checkHeld(path, folder: folder)
    }

    private static func openLocked(_ path: String, folder: String) throws -> Int32 {
        while true {
            let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
            let descriptor = made >= 0 ? made : open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else {
                let code = errno
                throw RunError(
                    code == EACCES || code == EPERM ? .permission : .cannotCreate, at: folder,
                    "cannot be written: \(String(cString: strerror(code)))",
                    advice: "check the folder's owner and mode, or choose another with --run")
            }
            var result = flock(descriptor, LOCK_EX | LOCK_NB)
            while result != 0, errno == EINTR { result = flock(descriptor, LOCK_EX | LOCK_NB) }
            guard result == 0 else {
                let code = errno
                let holder = RunLockEntry(reading: descriptor)?.process
                if made >= 0, code != EWOULDBLOCK { unlink(path) }
                close(descriptor)
                throw refusal(code, holder, path: path, folder: folder)
            }
            // The holder of before removes the file as it lets go: a lock on a removed file excludes nobody.
            if isFile(descriptor, at: path) { return descriptor }
            close(descriptor)
        }
    }

    private static func refusal(_ code: Int32, _ holder: ProcessMark?, path: String, folder: String) -> RunError {
        switch code {
        case EWOULDBLOCK:
            return RunError(
                .cannotCreate, at: folder,
                "another coordinator\(holder.map { " (\($0.description))" } ?? "") is using this run directory",
                advice: "wait for it or choose another with --run")
        case ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL:
            return RunError(
                .cannotCreate, at: folder,
                "this file system has no locks (\(String(cString: strerror(code))); NFS without lockd?)",
                expected: "one on which a second coordinator can be shut out", advice: "put --run on another")
        default:
            return RunError(.cannotCreate, at: path, "cannot be locked: \(String(cString: strerror(code)))")
        }
    }

    /// Refuses a directory whose lock was free although its holder seems to live.
    ///
    /// - Parameter locksWork: those of this machine's processes do.
    private static func checkEnded(_ holder: ProcessMark, locksWork: Bool, path: String, folder: String) throws {
        let problem: String
        switch holder.standing {
        case .running where holder != .current:
            problem =
                "another coordinator (\(holder.description)) is using this run directory, whose lock does not keep others out"
        case .running, .ended: return
        case .hidden where locksWork: return
        case .hidden, .remote:
            let seconds = Int(age(of: path, folder: folder).rounded())
            guard abs(Double(seconds)) < patience else { return }
            problem =
                "another coordinator (\(holder.description)) wrote to this run directory \(max(0, seconds)) s ago"
        }
        throw RunError(
            .cannotCreate, at: folder, problem,
            advice: "wait for it or choose another with --run; if you are sure that it has ended, remove \(path)")
    }

    /// Whether a second lock of a file that is locked is granted: locks do nothing then.
    private static func canBeLockedAgain(_ path: String) -> Bool {
        let second = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard second >= 0 else { return false }
        defer { close(second) }
        return flock(second, LOCK_EX | LOCK_NB) == 0
    }

    /// How long ago a file was changed, by the clock that dates files there: a server's may differ from this machine's.
    private static func age(of path: String, folder: String) -> Double {
        let probe = "\(folder)/\(fileName).\(getpid())\(AtomicFile.incompleteSuffix)"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        var now = stat()
        if descriptor >= 0 {
            fstat(descriptor, &now)
            close(descriptor)
            unlink(probe)
        } else {
            now.st_mtim.tv_sec = time(nil)
        }
        var file = stat()
        guard stat(path, &file) == 0 else { return .infinity }
        return Double(now.st_mtim.tv_sec - file.st_mtim.tv_sec)
    }

    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (opened, named) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }
}
