import Foundation
import Testing

/// Real data for tests: `GANGLION_TEST_DATA`, or `../shared/data` from the package's root. Where it is absent, the tests that
/// use it are skipped, saying so.
enum TestData {
    static let root: String = {
        if let path = ProcessInfo.processInfo.environment["GANGLION_TEST_DATA"] { return path }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/data").path
    }()

    static func folder(_ name: String) -> String { "\(root)/\(name)" }

    static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder(name)) }
}

extension Trait where Self == ConditionTrait {
    /// Runs the test only where the real data `name` is present.
    static func needsData(_ name: String) -> Self {
        .enabled(if: TestData.has(name), "no real data at \(TestData.folder(name))")
    }
}
