import Foundation

/// The folder that holds the package.
enum SourceTree {
    static let path = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }.path
}
