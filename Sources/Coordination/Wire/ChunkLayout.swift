/// How a vector is cut into chunks, one message each: a long message would hold up what comes behind it.
package struct ChunkLayout: Hashable, Sendable {
    /// Floats of every chunk but the last, where nothing else is said: 1 MiB.
    package static let standardLength = 1 << 18

    /// Floats of the whole vector.
    package let length: Int
    /// Floats of every chunk but the last.
    package let chunkLength: Int

    package init(length: Int, chunkLength: Int = ChunkLayout.standardLength) {
        precondition(chunkLength > 0, "a chunk has a float")
        self.length = length
        self.chunkLength = chunkLength
    }

    /// At least one: an empty vector has one empty chunk.
    package var count: Int { Swift.max(1, (length + chunkLength - 1) / chunkLength) }

    package func range(of chunk: Int) -> Range<Int> {
        let start = chunk * chunkLength
        return start..<Swift.min(start + chunkLength, length)
    }

    /// Bytes of a chunk's payload.
    package func byteCount(of chunk: Int) -> Int { range(of: chunk).count * MemoryLayout<Float>.stride }
}
