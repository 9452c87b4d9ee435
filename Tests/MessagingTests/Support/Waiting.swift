import Foundation
import TestSupport

/// Asks again and again; whether it came true.
func eventually(seconds: Double = patience, _ condition: () throws -> Bool) rethrows -> Bool {
    let limit = ContinuousClock.now + .seconds(seconds)
    repeat {
        if try condition() { return true }
        usleep(1000)
    } while ContinuousClock.now < limit
    return false
}

/// A folder of a test's own.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/ganglion-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and says where.
    func file(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}
