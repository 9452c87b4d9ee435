import Foundation
import Messaging
import RunConfiguration
import Runs

/// A private directory for the sockets of a run on this machine: short, mode 0700, removed at the end.
///
/// It lies in `$XDG_RUNTIME_DIR`, `$TMPDIR` or `/tmp`: the first one that can be written to and whose path is short enough.
package struct LocalSocketFolder {
    package let path: String

    /// Bytes of the longest path that leaves room for `/ganglion-XXXXXX/coordinator.pub` in a local socket's address.
    package static let longestParent = Endpoint.longestPath - "/ganglion-XXXXXX/coordinator.pub".utf8.count

    package init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        var obstacles: [String] = []
        for (name, parent) in LocalSocketFolder.candidates(environment) {
            switch LocalSocketFolder.make(in: parent) {
            case .success(let path):
                self.path = path
                return
            case .failure(let obstacle): obstacles.append("\(name): \(obstacle.reason)")
            }
        }
        throw RunError(
            .cannotCreate, at: "local sockets",
            "no directory can be made for them: " + obstacles.joined(separator: "; "),
            advice:
                "set TMPDIR to a directory of at most \(LocalSocketFolder.longestParent) bytes that you may write to")
    }

    private static func candidates(_ environment: [String: String]) -> [(name: String, parent: String)] {
        ["XDG_RUNTIME_DIR", "TMPDIR"].compactMap { variable in
            guard let value = environment[variable], !value.isEmpty else { return nil }
            return (
                "\(variable) '\(value)'", value.count > 1 && value.hasSuffix("/") ? String(value.dropLast()) : value
            )
        } + [("/tmp", "/tmp")]
    }

    private struct Obstacle: Error {
        let reason: String
    }

    private static func make(in parent: String) -> Result<String, Obstacle> {
        guard parent.hasPrefix("/") else { return .failure(Obstacle(reason: "is not an absolute path")) }
        guard parent.utf8.count <= longestParent else {
            return .failure(Obstacle(reason: "has \(parent.utf8.count) bytes, at most \(longestParent) fit"))
        }
        var template = Array("\(parent)/ganglion-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return .failure(Obstacle(reason: String(cString: strerror(errno)))) }
        return .success(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    package func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
