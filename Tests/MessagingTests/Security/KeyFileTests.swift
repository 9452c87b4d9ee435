import Foundation
import Messaging
import Testing

/// Keys and their files: what is written is read again, what is wrong is refused with a sentence that never quotes a key.
struct KeyFileTests {
    /// The key pairs of the CurveZMQ test vectors in `zmq_curve_keypair(3)` and of RFC 32: a text and its bytes.
    @Test func z85AsInTheSpecification() throws {
        let key = try #require(CurvePublicKey("Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"))
        #expect(key.description == "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID")
        // RFC 32's example group: "Hello" is 86 4F D2 6F, and "World" B5 59 F7 5B.
        let hello = try #require(CurvePublicKey("HelloWorldHelloWorldHelloWorldHelloWorld"))
        let group: [UInt8] = [0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B]
        #expect(hello.bytes == group + group + group + group)
    }

    @Test(arguments: [
        "", "short", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID1",
        "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI ", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI~",
        // Groups beyond 32 bits, one of which libzmq takes modulo 2^32.
        "########################################", "%nSc1%nSc1%nSc1%nSc1%nSc1%nSc1%nSc1%nSc1",
    ])
    func whatIsNoKey(text: String) { #expect(CurvePublicKey(text) == nil) }

    @Test func aPairComesBackFromItsFiles() throws {
        let folder = try TemporaryFolder()
        let pair = try CurveKeyPair.generate()
        let paths = try KeyFile.create(pair, name: "node-a", in: folder.path)
        #expect(try KeyFile.read(paths.secret) == pair)
        #expect(try KeyFile.readPublicKey(paths.secret) == pair.publicKey)
        #expect(try KeyFile.readPublicKey(paths.public) == pair.publicKey)
        let mode = try FileManager.default.attributesOfItem(atPath: paths.secret)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let list = try AllowList(contentsOf: paths.public)
        #expect(list.entries.map(\.name) == ["node-a"])
        #expect(list.entries.map(\.key) == [pair.publicKey])
    }

    @Test func aSecretInPlaceOfAPathIsNotShown() {
        // Any 40 characters of Z85 may be one.
        let secret = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
        for read in [{ _ = try KeyFile.read($0) }, { _ = try AllowList(contentsOf: $0) }] as [(String) throws -> Void] {
            let error = #expect(throws: MessagingError.self) { try read(secret) }
            #expect(error?.code == ENOENT)
            #expect(error?.description.contains(secret) == false)
        }
    }

    @Test func linesOfAnotherSystem() throws {
        let folder = try TemporaryFolder()
        let pair = try CurveKeyPair.generate()
        let paths = try KeyFile.create(pair, name: "a", in: folder.path)
        let text = try String(contentsOfFile: paths.secret, encoding: .utf8).replacing("\n", with: "\r\n")
        try Data(text.utf8).write(to: URL(fileURLWithPath: paths.secret))
        #expect(try KeyFile.read(paths.secret) == pair)
    }

    @Test func byteOrderMarks() throws {
        let folder = try TemporaryFolder()
        let pair = try CurveKeyPair.generate()
        let paths = try KeyFile.create(pair, name: "a", in: folder.path)
        for path in [paths.secret, paths.public] {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try Data("\u{FEFF}\(text)".utf8).write(to: URL(fileURLWithPath: path))
            #expect(try KeyFile.readPublicKey(path) == pair.publicKey)
        }
        #expect(try KeyFile.read(paths.secret) == pair)
        // Without the comment the mark stands before a field.
        let secret = try String(contentsOfFile: paths.secret, encoding: .utf8).split(separator: "\n").last!
        try Data("\u{FEFF}\(secret)\n".utf8).write(to: URL(fileURLWithPath: paths.secret))
        #expect(try KeyFile.read(paths.secret) == pair)
        #expect(try KeyFile.readPublicKey(paths.secret) == pair.publicKey)
    }

    @Test func nothingIsOverwritten() throws {
        let folder = try TemporaryFolder()
        let pair = try CurveKeyPair.generate()
        let paths = try KeyFile.create(pair, name: "a", in: folder.path)
        let error = #expect(throws: MessagingError.self) {
            try KeyFile.create(try CurveKeyPair.generate(), name: "a", in: folder.path)
        }
        #expect(error?.code == EEXIST)
        #expect(try KeyFile.read(paths.secret) == pair)
    }

    @Test func aSecretKeyPrintsAsNone() throws {
        let pair = try CurveKeyPair.generate()
        let folder = try TemporaryFolder()
        let text = try String(
            contentsOfFile: KeyFile.create(pair, name: "a", in: folder.path).secret, encoding: .utf8)
        let secret = try #require(text.split(separator: "\n").last?.split(separator: " ").last)
        var dumped = ""
        dump(pair, to: &dumped)
        for shown in ["\(pair)", "\(pair.secretKey)", String(reflecting: pair), dumped] {
            #expect(!shown.contains(secret))
        }
    }

    @Test(arguments: [0o644, 0o640, 0o604, 0o660, 0o602])
    func aSecretThatOthersMayReadIsRefused(mode: Int) throws {
        let folder = try TemporaryFolder()
        let paths = try KeyFile.create(try CurveKeyPair.generate(), name: "a", in: folder.path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: paths.secret)
        let error = #expect(throws: MessagingError.self) { try KeyFile.read(paths.secret) }
        #expect(error?.code == EACCES)
        #expect(error?.description.contains("expected mode 600, got \(String(mode, radix: 8))") == true)
    }

    /// Contents that are wrong, and what the sentence must hold; each holds `hide`, which it must not.
    static let wrong: [(text: String, words: String)] = [
        ("", "no secret key"), ("secret hideme", "line 1"),
        ("# c\nsecret hide" + String(repeating: "a", count: 37), "line 2"),
        ("hide it\n", "line 1"), ("secret a\nsecret hide\n", "line 2"), ("secret\n", "line 1"),
        ("public hide\nsecret Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\n", "line 1 does not belong"),
        ("secret a hide\n", "line 1"), ("\u{0}hide", "line 1"),
    ]

    @Test(arguments: wrong)
    func aWrongFileIsRefusedAndNotQuoted(text: String, words: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.file("k.key", text)
        let error = #expect(throws: MessagingError.self) { try KeyFile.read(file) }
        let sentence = error?.description ?? ""
        #expect(sentence.hasPrefix(file), "\(sentence)")
        #expect(sentence.contains(words), "\(sentence)")
        #expect(!sentence.dropFirst(file.count).contains("hide"), "\(sentence)")
        #expect(!sentence.contains("Yne@"), "\(sentence)")
        #expect(error?.code == EBADMSG)
    }

    @Test func whatIsNoFileOfKeys() throws {
        let folder = try TemporaryFolder()
        #expect(throws: MessagingError.self) { try KeyFile.read(folder.path) }
        let missing = #expect(throws: MessagingError.self) { try KeyFile.read(folder.path + "/no") }
        #expect(missing?.code == ENOENT)
        let long = try folder.file("long", String(repeating: "#", count: 2 << 20))
        let error = #expect(throws: MessagingError.self) { try KeyFile.read(long) }
        #expect(error?.description.contains("too long") == true)
        mkfifo(folder.path + "/pipe", 0o600)
        #expect(throws: MessagingError.self) { try KeyFile.read(folder.path + "/pipe") }
    }
}
