import Foundation

/// What stands in a run directory's lock file: who holds it.
struct RunLockEntry {
    let process: ProcessMark
    /// The number of the file that it was written to; in a copy of the directory another one's.
    private let file: UInt64?

    /// - Returns: nil where the file names nobody.
    init?(reading descriptor: Int32) {
        var bytes = [UInt8](repeating: 0, count: MarkFile.maximumBytes)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let fields = MarkFile.fields(String(decoding: bytes.prefix(count), as: UTF8.self))
        guard let process = ProcessMark(fields: fields) else { return nil }
        self.process = process
        file = fields["file"].flatMap { UInt64($0) }
    }

    init?(readingFileAt path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        self.init(reading: descriptor)
    }

    /// Whether it was written to this very file, and not copied with the directory.
    func belongs(to descriptor: Int32) -> Bool {
        file == nil || file == Self.number(of: descriptor)
    }

    /// Writes this process to the file; its time is for people.
    static func write(to descriptor: Int32) {
        let text = MarkFile.text(
            ProcessMark.current.lines + [
                ("file", "\(number(of: descriptor))"), ("time", Date().formatted(.iso8601)),
            ])
        // In one go, and cut only behind it: a reader never finds an empty file.
        let count = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
        if count > 0 { ftruncate(descriptor, off_t(count)) }
    }

    private static func number(of descriptor: Int32) -> UInt64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : 0
    }
}
