/// A colour of 8 bits a channel, sRGB.
package struct RGBColour: Hashable, Sendable, CustomStringConvertible {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    package static let white = RGBColour(red: 255, green: 255, blue: 255)

    /// The colours that have names, CSS's.
    private static let named: [(name: String, colour: RGBColour)] = [
        ("white", white), ("black", RGBColour(red: 0, green: 0, blue: 0)),
        ("gray", RGBColour(red: 128, green: 128, blue: 128)),
    ]

    /// Reads `white`, `black`, `gray`, `#rrggbb` or `#rgb`; nil for anything else.
    package init?(parsing text: String) {
        if let known = RGBColour.named.first(where: { $0.name == text.lowercased() }) {
            self = known.colour
            return
        }
        let digits = text.dropFirst().compactMap(\.hexDigitValue)
        guard text.hasPrefix("#"), digits.count == text.count - 1, digits.count == 3 || digits.count == 6 else {
            return nil
        }
        let bytes =
            digits.count == 3
            ? digits.map { UInt8($0 * 17) } : (0..<3).map { UInt8(digits[2 * $0] * 16 + digits[2 * $0 + 1]) }
        self.init(red: bytes[0], green: bytes[1], blue: bytes[2])
    }

    /// The name, or `#rrggbb`.
    package var description: String {
        if let known = RGBColour.named.first(where: { $0.colour == self }) { return known.name }
        return "#"
            + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
