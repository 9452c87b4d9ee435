// hash-sources OUTPUT ROOT PATH…: writes a Swift file with a hash over the files at ROOT/PATH, their paths included.
import Foundation

/// FNV-1a with 64 bits: it tells builds apart, and guards nothing.
struct FNV1a {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count > 2 else {
    FileHandle.standardError.write(Data("hash-sources: error: expected OUTPUT ROOT PATH…\n".utf8))
    exit(64)
}
var sources = FNV1a()
for path in arguments[2...] {
    let content = try Data(contentsOf: URL(fileURLWithPath: "\(arguments[1])/\(path)"))
    sources.add("\(path)\0\(content.count)\0".utf8)
    sources.add(content)
}
let digits = String(sources.hash, radix: 16)
let text = """
    /// A hash over the package's sources, 16 hexadecimal digits.
    let sourcesHash = "\(String(repeating: "0", count: 16 - digits.count))\(digits)"

    """
try Data(text.utf8).write(to: URL(fileURLWithPath: arguments[0]))
