import Foundation

/// A file of the test's own with this text.
public func temporaryFile(_ text: String) throws -> String {
    let path = temporaryPath()
    try write(text, to: path)
    return path
}

/// A path at which nothing is.
public func temporaryPath() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("ganglion-test-\(UUID().uuidString)").path
}

public func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}
