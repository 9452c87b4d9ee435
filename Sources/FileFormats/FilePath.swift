import Foundation

/// A path as the file system has it: bytes without a zero, which need not be UTF-8. (A ZIP archive from Windows leaves names in
/// Latin-1 behind; Swift's strings cannot hold them.)
package struct FilePath: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// The path of `name` below this one; `name` alone where this one is empty.
    package func appending(_ name: FilePath) -> FilePath {
        if bytes.isEmpty { return name }
        return FilePath(bytes: bytes + (bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + name.bytes)
    }

    package func appending(_ name: String) -> FilePath { appending(FilePath(name)) }

    /// The path as text where it is UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    /// The parts between slashes.
    package var components: [FilePath] {
        bytes.split(separator: UInt8(ascii: "/")).map { FilePath(bytes: Array($0)) }
    }

    /// Calls `body` with the path as the system's functions take it.
    package func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        try (bytes + [0]).withUnsafeBufferPointer { buffer in
            try buffer.withMemoryRebound(to: CChar.self) { try body($0.baseAddress!) }
        }
    }
}

extension FilePath: CustomStringConvertible {
    /// For people: as it is where it is UTF-8 without control characters; else with `\xfc` for each byte that is not.
    package var description: String {
        var shown = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            // The longest valid sequence at the beginning: one scalar of 1 to 4 bytes.
            let length = (1...min(4, rest.count)).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
            if let length, let text = String(validating: rest.prefix(length), as: UTF8.self),
                let value = text.unicodeScalars.first?.value, value >= 0x20, value != 0x7F
            {
                shown += text
                rest = rest.dropFirst(length)
            } else {
                let digits = String(rest.removeFirst(), radix: 16)
                shown += "\\x" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return shown
    }
}
