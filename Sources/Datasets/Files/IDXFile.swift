import FileFormats

/// An IDX file of unsigned bytes, the format of MNIST (http://yann.lecun.com/exdb/mnist): two zero bytes, the type of the
/// elements, the rank, each dimension as a big-endian 32-bit number, the elements.
struct IDXFile {
    /// What the file is asked to hold.
    enum Role {
        /// [count, height, width].
        case images
        /// [count].
        case labels

        var rank: Int { self == .images ? 3 : 1 }
        var other: Role { self == .images ? .labels : .images }
        var words: String { self == .images ? "image file" : "label file" }
        var magic: String { self == .images ? "00 00 08 03" : "00 00 08 01" }
    }

    let path: String
    let dimensions: [Int]
    /// The elements, in row-major order.
    let elements: ArraySlice<UInt8>

    /// The most bytes that a file may hold, decompressed.
    static let limit = 1 << 31

    /// Reads the file at `path`, plain or gzip.
    ///
    /// - Throws: `FileFormatError` when it is missing or is no well-formed IDX file of the role.
    init(_ path: String, role: Role) throws {
        self.path = path
        let bytes = try Gzip.contents(of: path, limit: IDXFile.limit)
        try IDXFile.checkMagic(bytes, path: path, role: role)
        let headerSize = 4 + 4 * role.rank
        guard bytes.count >= headerSize else {
            throw FileFormatError(
                .data, file: path, byte: bytes.count, "the IDX header is truncated", expected: "\(headerSize) bytes",
                found: "\(bytes.count)", advice: "fetch the file again")
        }
        dimensions = (0..<role.rank).map { axis in
            bytes[4 + 4 * axis..<8 + 4 * axis].reduce(0) { $0 << 8 | Int($1) }
        }
        var size = headerSize
        var product = 1
        for (axis, dimension) in dimensions.enumerated() {
            let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
            guard dimension > 0, !overflow, next <= IDXFile.limit else {
                throw FileFormatError(
                    .data, file: path, byte: 4 + 4 * axis,
                    dimension == 0 ? "a dimension is 0" : "the dimensions are impossibly large",
                    expected: role == .images ? "count, height, width" : "a count",
                    found: dimensions.map(String.init).joined(separator: " × "), advice: "fetch the file again")
            }
            product = next
        }
        size += product
        guard bytes.count == size else {
            throw FileFormatError(
                .data, file: path, byte: min(bytes.count, size),
                bytes.count < size ? "the IDX file is truncated" : "there are bytes after the last element",
                expected: "\(size) bytes for \(dimensions.map(String.init).joined(separator: " × "))",
                found: "\(bytes.count)", advice: "fetch the file again")
        }
        elements = bytes[headerSize...]
    }

    private static func checkMagic(_ bytes: [UInt8], path: String, role: Role) throws {
        let found = bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
        func refuse(_ byte: Int, _ problem: String, advice: String? = nil) -> FileFormatError {
            FileFormatError(
                .data, file: path, byte: byte, problem, expected: "\(role.magic) for an \(role.words)",
                found: found.isEmpty ? "an empty file" : found.joined(separator: " "), advice: advice)
        }
        guard bytes.count >= 4 else { throw refuse(bytes.count, "the IDX magic number is truncated") }
        guard bytes[0] == 0, bytes[1] == 0 else {
            throw refuse(
                0, "this is no IDX file" + (FileKind.name(of: bytes).map { ", but \($0)" } ?? ""),
                advice: "fetch the file again")
        }
        guard bytes[2] == 8 else {
            let types: [UInt8: String] = [
                9: "signed bytes", 11: "16-bit integers", 12: "32-bit integers", 13: "32-bit floats",
                14: "64-bit floats",
            ]
            guard let type = types[bytes[2]] else { throw refuse(2, "this is no IDX file") }
            throw refuse(2, "the elements are \(type)", advice: "convert them to unsigned bytes")
        }
        let rank = Int(bytes[3])
        if rank == role.other.rank {
            throw refuse(3, "this is the \(role.other.words)", advice: "check whether two files were exchanged")
        }
        guard rank == role.rank else { throw refuse(3, "the rank is \(rank)") }
    }
}
