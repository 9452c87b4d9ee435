import Coordination

/// A header taken apart into the fields of its Protocol Buffers, so that it can be put together wrongly.
///
/// The encoding: https://protobuf.dev/programming-guides/encoding/
struct HeaderFields {
    /// One field: its number, its wire type, and its bytes behind the tag.
    struct Field {
        var number: UInt64
        var type: UInt64
        var bytes: [UInt8]
    }

    var incarnation: [Field]
    /// The number of the body's field, and what is in it.
    var body: (number: UInt64, fields: [Field])
    /// Added to the length that the body declares.
    var excessLength: Int64 = 0

    /// Takes a well-formed header apart.
    init(_ header: [UInt8]) {
        var fields = Self.fields(Array(header.dropFirst(WireProtocol.sealLength)))
        let place = fields.firstIndex { $0.type == 2 }!
        let body = fields.remove(at: place)
        incarnation = fields
        self.body = (body.number, Self.fields(Self.content(body.bytes)))
    }

    /// Puts it together.
    var bytes: [UInt8] {
        let content = body.fields.flatMap { Self.varint($0.number << 3 | $0.type) + $0.bytes }
        let length = UInt64(bitPattern: Int64(content.count) &+ excessLength)
        return WireProtocol.seal(
            incarnation.flatMap { Self.varint($0.number << 3 | $0.type) + $0.bytes }
                + Self.varint(body.number << 3 | 2) + Self.varint(length) + content)
    }

    static func varint(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func fields(_ bytes: [UInt8]) -> [Field] {
        var (rest, fields) = (bytes[...], [Field]())
        while !rest.isEmpty {
            let tag = readVarint(&rest)
            let start = rest
            switch tag & 7 {
            case 0: _ = readVarint(&rest)
            case 1: rest = rest.dropFirst(8)
            case 2: rest = rest.dropFirst(Int(readVarint(&rest)))
            default: rest = rest.dropFirst(4)
            }
            fields.append(Field(number: tag >> 3, type: tag & 7, bytes: Array(start[..<rest.startIndex])))
        }
        return fields
    }

    /// The bytes of a field of wire type 2, without their length.
    private static func content(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        _ = readVarint(&rest)
        return Array(rest)
    }

    private static func readVarint(_ bytes: inout ArraySlice<UInt8>) -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while let byte = bytes.popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 { break }
        }
        return value
    }
}
