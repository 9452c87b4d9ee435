import FileFormats
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    /// The examples of FIPS 180-2, appendix B, and of the empty message.
    @Test(
        "gives the standard's digests",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func standard(message: String, digest: String) {
        #expect(Array(message.utf8).withUnsafeBytes { SHA256.hex($0) } == digest)
    }

    @Test("the pieces in which bytes come do not matter, and a copy is independent")
    func pieces() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let whole = bytes.withUnsafeBytes { SHA256.hex($0) }
        var hash = SHA256()
        var copy = hash
        for start in stride(from: 0, to: 1000, by: 7) {
            bytes[start..<min(start + 7, 1000)].withUnsafeBytes { hash.update($0) }
            if start == 490 { copy = hash }
        }
        #expect(hash.hexadecimal == whole)
        #expect(hash.hexadecimal == whole, "asking for the digest changes nothing")
        #expect(copy.hexadecimal != whole)
        #expect(hash.finalized().count == 32)
    }
}
