/// A strict parser for the part of JSON that a safetensors header uses: objects, strings, arrays of natural numbers.
///
/// Written by hand because Foundation's parser does not tell of duplicate keys and turns large integers into floats.
struct HeaderParser {
    private let bytes: [UInt8]
    private let path: String
    private var position = 0

    /// - Throws: if the header is not UTF-8 or does not start with `{`.
    init(bytes: [UInt8], path: String) throws {
        self.bytes = bytes
        self.path = path
        guard bytes.first == UInt8(ascii: "{") else {
            throw FileFormatError(
                .data, file: path, byte: 8, "is no safetensors header", expected: "'{'",
                found: bytes.first.map { "byte 0x" + String($0, radix: 16) } ?? "an empty header")
        }
        if let invalid = Self.firstInvalidUTF8(bytes) {
            throw error(invalid, "the header is not UTF-8")
        }
    }

    /// An error at an offset of the header, told as a byte of the file.
    func error(_ offset: Int, _ what: String) -> FileFormatError {
        FileFormatError(.data, file: path, byte: 8 + offset, what)
    }

    /// Parses an object and calls `member` with each key and the key's offset; `member` parses the value.
    mutating func object(
        start what: String, _ member: (inout HeaderParser, String, Int) throws -> Void
    ) throws {
        skipSpaces()
        guard take(UInt8(ascii: "{")) else { throw unexpected("an object for \(what)") }
        skipSpaces()
        if take(UInt8(ascii: "}")) { return }
        repeat {
            skipSpaces()
            let start = position
            let key = try string("a key in \(what)")
            skipSpaces()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':' after the key \(quoted(key))") }
            try member(&self, key, start)
            skipSpaces()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw unexpected("',' or '}' in \(what)") }
    }

    /// Parses an array of natural numbers, each under 2^63.
    mutating func naturals(_ what: String) throws -> [Int] {
        skipSpaces()
        guard take(UInt8(ascii: "[")) else { throw unexpected("an array for \(what)") }
        skipSpaces()
        if take(UInt8(ascii: "]")) { return [] }
        var numbers: [Int] = []
        repeat {
            skipSpaces()
            numbers.append(try natural(what))
            skipSpaces()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw unexpected("',' or ']' in \(what)") }
        return numbers
    }

    /// Checks that only the padding follows.
    mutating func end() throws {
        skipSpaces()
        guard position == bytes.count else { throw unexpected("nothing but spaces after the header's last '}'") }
    }

    private mutating func natural(_ what: String) throws -> Int {
        let start = position
        var value = 0
        while position < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[position] {
            let digit = Int(bytes[position] - UInt8(ascii: "0"))
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeSum) = product.addingReportingOverflow(digit)
            guard !tooLarge, !tooLargeSum else { throw error(start, "a number in \(what) overflows 64 bits") }
            value = sum
            position += 1
        }
        guard position > start else { throw unexpected("a whole number, 0 or more, in \(what)") }
        if position - start > 1, bytes[start] == UInt8(ascii: "0") {
            throw error(start, "a number in \(what) starts with 0, which JSON does not allow")
        }
        if position < bytes.count, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[position]) {
            throw error(start, "a number in \(what) is not whole")
        }
        return value
    }

    /// Parses a string with JSON's escapes.
    mutating func string(_ what: String) throws -> String {
        skipSpaces()
        let start = position
        guard take(UInt8(ascii: "\"")) else { throw unexpected("a string for \(what)") }
        var text: [UInt8] = []
        while true {
            guard position < bytes.count else { throw error(start, "a string without end") }
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: Array(String(try escape()).utf8))
            case 0..<0x20: throw error(position - 1, "a control character in a string")
            default: text.append(byte)
            }
        }
    }

    private mutating func escape() throws -> Unicode.Scalar {
        let start = position - 1
        guard position < bytes.count else { throw error(start, "a string without end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var code = try hexadecimal(start)
            if (0xD800..<0xDC00).contains(code) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                    throw error(start, "half of a surrogate pair in a string")
                }
                let low = try hexadecimal(start)
                guard (0xDC00..<0xE000).contains(low) else {
                    throw error(start, "half of a surrogate pair in a string")
                }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else {
                throw error(start, "half of a surrogate pair in a string")
            }
            return scalar
        default: throw error(start, "an unknown escape in a string")
        }
    }

    private mutating func hexadecimal(_ start: Int) throws -> UInt32 {
        let digits = bytes.dropFirst(position).prefix(4)
        let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        guard digits.count == 4, isHexadecimal, let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error(start, "a \\u escape needs four hexadecimal digits") }
        position += 4
        return code
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpaces() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private func unexpected(_ expected: String) -> FileFormatError {
        let got =
            position < bytes.count
            ? quoted(String(decoding: bytes[position...].prefix(1), as: UTF8.self)) : "the header's end"
        return error(position, "the header is not valid JSON for safetensors; expected \(expected), got \(got)")
    }

    private static func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }
}
