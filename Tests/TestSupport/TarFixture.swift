/// Writes small ustar archives for tests.
package enum TarFixture {
    package static func archive(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
        files.flatMap { entry($0.name, content: $0.content) } + [UInt8](repeating: 0, count: 1024)
    }

    /// One header and its content. `type` is the ustar type flag: "0" a file, "5" a folder, "2" a symbolic link.
    package static func entry(_ name: String, type: Character = "0", prefix: String = "", content: [UInt8] = [])
        -> [UInt8]
    {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ value: Int, digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(name, at: 0)
        put("0000644", at: 100)
        put(octal(content.count, digits: 11), at: 124)
        put("        ", at: 148)
        put(String(type), at: 156)
        put("ustar\u{0}00", at: 257)
        put(prefix, at: 345)
        put(octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0} ", at: 148)
        return block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }
}
