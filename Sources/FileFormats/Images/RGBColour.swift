/// A colour of 8 bits a channel, sRGB.
package struct RGBColour: Hashable, Sendable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    package static let white = RGBColour(red: 255, green: 255, blue: 255)
    package static let black = RGBColour(red: 0, green: 0, blue: 0)
    /// CSS's gray: half of the sRGB values, not of the light.
    package static let gray = RGBColour(red: 128, green: 128, blue: 128)

    var isGray: Bool { red == green && green == blue }
}

extension RGBColour: CustomStringConvertible {
    private static let names: KeyValuePairs<String, RGBColour> = ["white": .white, "black": .black, "gray": .gray]

    /// The colour of "white", "black", "gray", "#rrggbb" or "#rgb", in capitals or not; nil for another text.
    package init?(parsing text: String) {
        let text = text.lowercased()
        if let named = Self.names.first(where: { $0.key == text }) {
            self = named.value
            return
        }
        guard text == "grey" || text.first == "#" else { return nil }
        if text == "grey" {
            self = .gray
            return
        }
        let digits = text.dropFirst().utf8.compactMap { digit -> UInt8? in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard digits.count == text.utf8.count - 1 else { return nil }
        switch digits.count {
        case 3: self.init(red: digits[0] * 17, green: digits[1] * 17, blue: digits[2] * 17)
        case 6:
            self.init(
                red: digits[0] << 4 | digits[1], green: digits[2] << 4 | digits[3], blue: digits[4] << 4 | digits[5])
        default: return nil
        }
    }

    /// The canonical text: a name where there is one, else "#rrggbb". `init(parsing:)` reads it back.
    package var description: String {
        if let named = Self.names.first(where: { $0.value == self }) { return named.key }
        let digits = [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return "#" + digits.joined()
    }
}
