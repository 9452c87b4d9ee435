import Coordination
import FileFormats

/// Files of a run as a test has them: a list, the bytes that the run knows, and which of them nobody can read.
struct TestFiles: Sendable {
    /// The list as workers get it; nil for data without one.
    var list: [UInt8]?
    /// By file.
    var contents: [Int: ContentHash] = [:]
    /// Files that are broken for everybody.
    var broken: Set<Int> = []

    struct Unreadable: Error, Hashable { let file: Int }

    func check(_ readings: [FileReading]) -> String? {
        readings.first { reading in contents[reading.file].map { $0 != reading.content } ?? false }
            .map { "file \($0.file) has other bytes" }
    }

    func examine(_ fault: FileFault, _ reason: String) throws {
        if broken.contains(fault.file) { throw Unreadable(file: fault.file) }
    }

    static func content(_ number: UInt8) -> ContentHash { ContentHash(bytes: [UInt8](repeating: number, count: 16))! }
}
