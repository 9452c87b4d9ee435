import Foundation
import Runs

/// A private directory for the sockets of a run on this machine: short, mode 0700, removed at the end.
struct LocalSocketFolder {
    let path: String

    init() throws {
        let parent = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"].flatMap { folder in
            // A socket's path has 107 bytes at most.
            folder.utf8.count <= 60 && access(folder, W_OK) == 0 ? folder : nil
        }
        var template = Array("\(parent ?? "/tmp")/ganglion-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw RunError(
                .cannotCreate, at: parent ?? "/tmp",
                "no directory for the local sockets can be made there:"
                    + " \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
