import Foundation

/// Tar archives (POSIX ustar), plain or gzip.
package enum TarArchive {
    /// Unpacks the regular files of the archive at `path` into `folder`, which exists. Folders are made as needed.
    ///
    /// Nothing is written outside of `folder`: absolute names and names with `..` are refused, and so are links. Extended
    /// headers are skipped.
    ///
    /// - Parameters:
    ///   - limit: the most bytes that all files together may have.
    ///   - progress: called with the bytes written so far.
    /// - Returns: the names of the files.
    /// - Throws: `FileFormatError` when the archive is broken, truncated or hostile, or a file cannot be written.
    @discardableResult
    package static func unpack(
        _ path: String, into folder: String, limit: Int, progress: (Int) throws -> Void = { _ in }
    ) throws -> [String] {
        let reader = try GzipReader(path)
        var offset = 0
        var total = 0
        var names: [String] = []
        while let header = try header(reader, offset: &offset) {
            guard header.size <= limit - total else {
                throw FileFormatError(
                    .data, file: path, byte: offset, "the archive's files are too large",
                    expected: "at most \(limit) bytes", found: "more")
            }
            switch header.type {
            case UInt8(ascii: "0"), 0:
                let target = "\(folder)/\(try safeName(header.name, path: path, offset: offset))"
                try makeFolder(of: target)
                try AtomicFile.write(to: target) { writer in
                    try copy(header.size, from: reader, offset: &offset) {
                        try writer.write($0)
                        try progress(total + writer.count)
                    }
                }
                total += header.size
                names.append(header.name)
            case UInt8(ascii: "5"):
                _ = try safeName(header.name, path: path, offset: offset)
                try copy(header.size, from: reader, offset: &offset) { _ in }
            case UInt8(ascii: "x"), UInt8(ascii: "g"):
                try copy(header.size, from: reader, offset: &offset) { _ in }
            default:
                throw FileFormatError(
                    .data, file: path, byte: offset, "the archive holds what is neither file nor folder",
                    found: "\(header.name), of type \(UnicodeScalar(header.type))")
            }
        }
        return names
    }

    private struct Header {
        var name: String
        var size: Int
        var type: UInt8
    }

    private static let blockSize = 512

    /// The next header; nil at the end of the archive, which is a block of zeros or the end of the file.
    private static func header(_ reader: borrowing GzipReader, offset: inout Int) throws -> Header? {
        var block = [UInt8](repeating: 0, count: blockSize)
        let count = try block.withUnsafeMutableBytes { try reader.read(into: $0) }
        if count == 0 || (count == blockSize && block.allSatisfy { $0 == 0 }) { return nil }
        guard count == blockSize else { throw truncated(reader.path, offset: offset + count) }
        let sum = block.enumerated().reduce(0) { $0 + Int((148..<156).contains($1.offset) ? 32 : $1.element) }
        guard octal(block[148..<156]) == sum, let size = octal(block[124..<136]) else {
            throw FileFormatError(
                .data, file: reader.path, byte: offset, "this is no tar header, or it is broken",
                advice: "fetch the archive again")
        }
        offset += blockSize
        var name = text(block[0..<100])
        if block[257..<262].elementsEqual("ustar".utf8), block[345] != 0 { name = text(block[345..<500]) + "/" + name }
        return Header(name: name, size: size, type: block[156])
    }

    /// Hands on `size` bytes, and skips what fills their last block.
    private static func copy(
        _ size: Int, from reader: borrowing GzipReader, offset: inout Int,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = (size + blockSize - 1) / blockSize * blockSize
        var content = size
        try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            while rest > 0 {
                let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(rest, buffer.count)])
                let count = try reader.read(into: piece)
                offset += count
                guard count == piece.count else { throw truncated(reader.path, offset: offset) }
                let own = min(content, count)
                if own > 0 { try body(UnsafeRawBufferPointer(rebasing: piece[..<own])) }
                content -= own
                rest -= count
            }
        }
    }

    private static func safeName(_ name: String, path: String, offset: Int) throws -> String {
        let parts = name.split(separator: "/", omittingEmptySubsequences: true)
        guard !name.hasPrefix("/"), !parts.isEmpty, !parts.contains("..") else {
            throw FileFormatError(
                .data, file: path, byte: offset, "a name in the archive leads out of its folder", found: "\"\(name)\"",
                advice: "do not trust this archive")
        }
        return parts.joined(separator: "/")
    }

    /// Makes the folder that `file` will lie in.
    private static func makeFolder(of file: String) throws {
        let (folder, _) = AtomicFile.split(file)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw FileFormatError(
                .cannotCreate, file: folder, "the folder cannot be made, for a file of the archive",
                advice: "check whether a file is in its place, and who owns the folder above")
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// An octal number with spaces or zeros about it; nil when it is none.
    private static func octal(_ bytes: ArraySlice<UInt8>) -> Int? {
        let digits = bytes.filter { $0 != 0 && $0 != 32 }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }

    private static func truncated(_ path: String, offset: Int) -> FileFormatError {
        FileFormatError(
            .data, file: path, byte: offset, "the tar archive is truncated", advice: "fetch the archive again")
    }
}
