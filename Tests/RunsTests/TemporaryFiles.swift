import Foundation

/// A file of the test's own with this text.
func temporaryFile(_ text: String) throws -> String {
    let path = temporaryPath()
    try write(text, to: path)
    return path
}

/// A path at which nothing is.
func temporaryPath() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("ganglion-test-\(UUID().uuidString)").path
}

func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}
