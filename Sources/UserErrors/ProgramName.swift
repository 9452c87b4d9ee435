import Synchronization

/// The name of the program that runs, as its help, its advice and its errors call it: `ganglion`, or that of a program with models
/// of its own.
package enum ProgramName {
    private static let name = Mutex("ganglion")

    package static var current: String { name.withLock { $0 } }

    /// Takes the name from the path by which the program was started; one that a shell would not take as a word counts for nothing.
    package static func take(fromPath path: String?) {
        guard let last = path?.split(separator: "/").last, isWord(last) else { return }
        name.withLock { $0 = String(last) }
    }

    private static func isWord(_ text: Substring) -> Bool {
        text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
