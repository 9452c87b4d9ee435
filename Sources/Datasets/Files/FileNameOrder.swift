import FileFormats
import Foundation

/// The order of the files of a data set: by the bytes of their paths in Unicode's Normalization Form C (UAX #15), whatever the
/// machine, its locale and the order in which a folder lists its names. macOS spells "ü" as "u" and a combining mark; a
/// copy made there has the same order. A name that is not UTF-8 is ordered by its bytes.
package enum FileNameOrder {
    /// What `path` is ordered by: the path itself where it is ASCII.
    package static func key(of path: FilePath) -> [UInt8] {
        guard path.bytes.contains(where: { $0 >= 0x80 }) else { return path.bytes }
        // Name by name: one that is not UTF-8 leaves the others to be normalised.
        let names = path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(normalized)
        return Array(names.joined(separator: [UInt8(ascii: "/")]))
    }

    /// Whether one path comes before another; paths with the same key are ordered by their bytes.
    static func precedes(_ left: (key: [UInt8], path: FilePath), _ right: (key: [UInt8], path: FilePath)) -> Bool {
        let order = compare(left.key, right.key)
        return order != 0 ? order < 0 : compare(left.path.bytes, right.path.bytes) < 0
    }

    /// `paths` in this order.
    static func sorted(_ paths: some Sequence<FilePath>) -> [FilePath] {
        paths.map { (key: key(of: $0), path: $0) }.sorted(by: precedes).map(\.path)
    }

    private static func normalized(_ name: ArraySlice<UInt8>) -> [UInt8] {
        guard name.contains(where: { $0 >= 0x80 }), let text = String(validating: name, as: UTF8.self) else {
            return Array(name)
        }
        return Array(text.precomposedStringWithCanonicalMapping.utf8)
    }

    private static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
        left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                let shared = min(left.count, right.count)
                let order = shared > 0 ? memcmp(left.baseAddress!, right.baseAddress!, shared) : 0
                return order != 0 ? Int(order) : left.count - right.count
            }
        }
    }
}
