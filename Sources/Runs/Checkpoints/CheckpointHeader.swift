import FileFormats
import Foundation

/// What a checkpoint's file says of itself in its header, which is read alone: the tensors and the checksum are not looked
/// at.
package enum CheckpointHeader {
    /// A checkpoint's header has some kilobytes.
    private static let maximumBytes = 1 << 20

    /// The step of the checkpoint; nil where the file is none.
    package static func step(of path: String) -> UInt64? {
        guard let file = try? InputFile(path), let prefix = bytes(8, of: file) else { return nil }
        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(maximumBytes), let json = bytes(Int(length), of: file) else { return nil }
        let header = try? JSONDecoder().decode(Header.self, from: Data(json))
        return header.flatMap { UInt64($0.metadata.step) }
    }

    private static func bytes(_ count: Int, of file: borrowing InputFile) -> [UInt8]? {
        let bytes = try? [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        return bytes?.count == count ? bytes : nil
    }

    private struct Header: Decodable {
        var metadata: Metadata

        private enum CodingKeys: String, CodingKey { case metadata = "__metadata__" }
    }

    private struct Metadata: Decodable {
        var step: String

        private enum CodingKeys: String, CodingKey { case step = "ganglion.step" }
    }
}
