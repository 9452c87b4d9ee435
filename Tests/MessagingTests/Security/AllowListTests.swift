import Foundation
import Messaging
import Testing

/// Lists of who may connect: keys with names and comments; an empty one, or a key twice, is refused.
struct AllowListTests {
    private let first = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
    private let second = "HelloWorldHelloWorldHelloWorldHelloWorld"

    @Test func keysNamesAndComments() throws {
        let list = try AllowList(
            "# who may connect\n\n\(first)  node a \n  \(second) # no name\r\n   # the end", file: "f")
        #expect(list.entries.map(\.key.description) == [first, second])
        #expect(list.entries.map(\.name) == ["node a", ""])
    }

    @Test func linesOfAnotherSystem() throws {
        let list = try AllowList("# who may connect\r\n\(first) a\r\n\(second) b\r\n", file: "f")
        #expect(list.entries.map(\.key.description) == [first, second])
        #expect(list.entries.map(\.name) == ["a", "b"])
    }

    /// Where lists of several editors are joined, a byte order mark may stand at the start of any line.
    @Test func byteOrderMarks() throws {
        let folder = try TemporaryFolder()
        let file = try folder.file("allowed", "\u{FEFF}# who\n\u{FEFF}\(first) a\r\n\u{FEFF}\(second)\n", mode: 0o644)
        let list = try AllowList(contentsOf: file)
        #expect(list.entries.map(\.key.description) == [first, second])
        #expect(list.entries.map(\.name) == ["a", ""])
    }

    @Test func utf16IsNamed() throws {
        let folder = try TemporaryFolder()
        for (mark, encoding) in [([0xFF, 0xFE], String.Encoding.utf16LittleEndian), ([], .utf16BigEndian)]
            as [([UInt8], String.Encoding)]
        {
            let path = folder.path + "/allowed"
            try (Data(mark) + (first + " a\n").data(using: encoding)!).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: MessagingError.self) { try AllowList(contentsOf: path) }
            #expect(
                error?.description == "\(path): is UTF-16; expected a list of public keys in UTF-8; save it as UTF-8")
            #expect(error?.code == EBADMSG)
        }
    }

    @Test(arguments: ["", "\n\n", "# nobody\n"])
    func anEmptyListIsRefused(text: String) {
        let error = #expect(throws: MessagingError.self) { try AllowList(text, file: "f") }
        #expect(error?.description.contains("f: the list of keys is empty") == true)
        #expect(error?.code == EBADMSG)
    }

    @Test func aKeyTwiceIsRefused() {
        let error = #expect(throws: MessagingError.self) {
            try AllowList("\(first) a\n\(second)\n\(first) b\n", file: "f")
        }
        #expect(error?.description.hasPrefix("f:3: this key stands in line 1 already") == true)
    }

    @Test func whatIsNoKeyIsNotQuoted() {
        let error = #expect(throws: MessagingError.self) {
            try AllowList("\(first)\nsecret \(second)\n", file: "f")
        }
        #expect(error?.description.hasPrefix("f:2: no public key stands here") == true)
        #expect(error?.description.contains(second) == false)
    }

    @Test func aListThatEverybodyMayWriteIsRefused() throws {
        let folder = try TemporaryFolder()
        let file = try folder.file("allowed", first + "\n", mode: 0o646)
        let error = #expect(throws: MessagingError.self) { try AllowList(contentsOf: file) }
        #expect(error?.code == EACCES)
        #expect(throws: Never.self) { try AllowList(contentsOf: folder.file("good", first + "\n", mode: 0o664)) }
    }

    @Test func aKeyThatIsCutOffIsNotAdmittedAnyMore() throws {
        let access = AccessControl(try AllowList("\(first) a\n\(second)\n", file: "f"))
        let (a, b) = (try #require(CurvePublicKey(first)), try #require(CurvePublicKey(second)))
        let stranger = try CurveKeyPair.generate().publicKey
        #expect(access.admits(a) && access.admits(b) && !access.admits(stranger))
        #expect(access.name(of: a) == "a")
        #expect(!access.hasRefused)
        access.refuse(stranger)
        #expect(!access.hasRefused)
        access.refuse(a)
        #expect(!access.admits(a) && access.admits(b) && access.hasRefused)
    }
}
