/// Files in safetensors' format, put together by hand: eight bytes of length, the header, the data.
package enum SafetensorsBytes {
    package static func file(_ json: String, data: [UInt8]) -> [UInt8] { file(Array(json.utf8), data: data) }

    package static func file(_ header: [UInt8], data: [UInt8]) -> [UInt8] { length(header.count) + header + data }

    /// What stands before a header of so many bytes.
    package static func length(_ count: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt64(count).littleEndian, Array.init)
    }
}
