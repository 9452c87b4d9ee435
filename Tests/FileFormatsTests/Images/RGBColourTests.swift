import FileFormats
import Testing

@Suite("Colours")
struct RGBColourTests {
    @Test(
        "texts and their canonical form",
        arguments: [
            ("white", "white"), ("BLACK", "black"), ("gray", "gray"), ("grey", "gray"), ("#fff", "white"),
            ("#FFFFFF", "white"), ("#000000", "black"), ("#808080", "gray"), ("#1af", "#11aaff"),
            ("#0a0B0c", "#0a0b0c"),
        ])
    func texts(text: String, canonical: String) throws {
        let colour = try #require(RGBColour(parsing: text))
        #expect(colour.description == canonical)
        #expect(RGBColour(parsing: canonical) == colour)
    }

    @Test("red, green and blue are in this order")
    func order() {
        #expect(RGBColour(parsing: "#123456") == RGBColour(red: 0x12, green: 0x34, blue: 0x56))
    }

    @Test(
        "other texts are none",
        arguments: ["", "#", "red ", "#12", "#12345", "#1234567", "123456", "#12345g", "# 23456", "#ää"])
    func others(text: String) {
        #expect(RGBColour(parsing: text) == nil)
    }
}
