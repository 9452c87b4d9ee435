import CZlib

/// A text chunk of a PNG file (ISO/IEC 15948, 11.3.4).
struct PNGText {
    var keyword: String
    var value: [UInt8]

    /// Longer compressed texts are not read.
    private static let limit = 1 << 20

    /// Nil when the chunk is broken, or its keyword is none that says how an image is to be turned.
    init?(_ content: ArraySlice<UInt8>, type: [UInt8]) {
        guard let end = content.prefix(80).firstIndex(of: 0) else { return nil }
        keyword = String(decoding: content[..<end], as: UTF8.self)
        guard ["exif", "Raw profile type exif", "XML:com.adobe.xmp"].contains(keyword) else { return nil }
        var rest = content[(end + 1)...]
        var isCompressed = type.elementsEqual("zTXt".utf8)
        if type.elementsEqual("iTXt".utf8) {
            // Flag and method, language, translated keyword.
            guard rest.count >= 2, let flag = rest.first else { return nil }
            isCompressed = flag != 0
            let method = rest.dropFirst().first ?? 0
            rest = rest.dropFirst(2)
            for _ in 0..<2 {
                guard let zero = rest.firstIndex(of: 0) else { return nil }
                rest = rest[(zero + 1)...]
            }
            guard !isCompressed || method == 0 else { return nil }
        } else if isCompressed {
            guard rest.first == 0 else { return nil }
            rest = rest.dropFirst()
        }
        guard isCompressed else {
            value = Array(rest)
            return
        }
        guard let inflated = Self.inflate(rest) else { return nil }
        value = inflated
    }

    private static func inflate(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var isGood = false
        let inflated = [UInt8](unsafeUninitializedCapacity: limit) { output, count in
            var size = UInt(limit)
            isGood = bytes.withUnsafeBufferPointer {
                uncompress(output.baseAddress, &size, $0.baseAddress, UInt($0.count)) == Z_OK
            }
            count = isGood ? Int(size) : 0
        }
        return isGood ? inflated : nil
    }

    /// The bytes of a profile as ImageMagick writes it: a line feed, the name, the length, then hexadecimal digits.
    static func rawProfile(_ text: [UInt8]) -> [UInt8]? {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in lines.dropFirst(3).joined() where character > 0x20 {
            guard let digit = Character(Unicode.Scalar(character)).hexDigitValue.map(UInt8.init) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }
}
