import FileFormats
import Foundation
import RunConfiguration

/// Writes bytes to an open file until none is left.
enum WholeWrite {
    /// - Parameter bytes: what was written is removed; after an error the rest is left.
    /// - Throws: `RunError` if the file cannot be written.
    static func write(_ bytes: inout [UInt8], to descriptor: Int32, path: String) throws {
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                throw RunError(FileFormatError.system("write", file: path, code: errno))
            }
            bytes.removeFirst(written)
        }
    }
}
