import Foundation

/// Real data for tests: `GANGLION_TEST_DATA`, or `../shared/data` from the package's root.
package enum TestData {
    package static let root: String = {
        if let path = ProcessInfo.processInfo.environment["GANGLION_TEST_DATA"] { return path }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/data").standardizedFileURL.path
    }()

    package static func folder(_ name: String) -> String { "\(root)/\(name)" }

    package static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder(name)) }
}
