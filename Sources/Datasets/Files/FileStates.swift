import FileFormats
import Foundation

/// What a process has found out about the files of a list: which bytes they have, and which hold no image.
///
/// `@unchecked Sendable`: all that changes is read and written under the lock.
final class FileStates: @unchecked Sendable {
    private let lock = NSLock()
    private var contents: [ContentHash?]
    private var faults: [Int: String] = [:]

    init(count: Int) {
        contents = Array(repeating: nil, count: count)
    }

    func content(_ file: Int) -> ContentHash? { lock.withLock { contents[file] } }

    /// Why a file holds no image, where that has been found.
    func fault(_ file: Int) -> String? { lock.withLock { faults[file] } }

    func mark(_ file: Int, fault: String) { lock.withLock { faults[file] = fault } }

    /// Takes note of the bytes of a file.
    ///
    /// - Returns: false where they were others before.
    func learn(_ file: Int, _ content: ContentHash) -> Bool {
        lock.withLock {
            if let known = contents[file] { return known == content }
            contents[file] = content
            return true
        }
    }
}
