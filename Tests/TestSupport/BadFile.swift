/// A file that must be refused, and words that the sentence must contain.
package struct BadFile: Sendable, CustomStringConvertible {
    package var name: String
    package var bytes: [UInt8]
    package var words: [String]
    package var description: String { name }

    package init(_ name: String, _ bytes: [UInt8], _ words: String...) {
        (self.name, self.bytes, self.words) = (name, bytes, words)
    }

    /// A safetensors file: a header of the right length, and so many bytes of zeros.
    package init(_ name: String, json: String, data: Int = 8, _ words: String...) {
        (self.name, self.words) = (name, words)
        bytes = SafetensorsBytes.file(json, data: [UInt8](repeating: 0, count: data))
    }
}
