/// How a vector is cut into chunks, one message each: a long message would hold up what comes behind it.
package struct ChunkLayout: Hashable, Sendable {
    /// Floats of every chunk but the last: 1 MiB.
    package static let chunkLength = 1 << 18

    /// Floats of the whole vector.
    package let length: Int

    package init(length: Int) { self.length = length }

    /// At least one: an empty vector has one empty chunk.
    package var count: Int { Swift.max(1, (length + ChunkLayout.chunkLength - 1) / ChunkLayout.chunkLength) }

    package func range(of chunk: Int) -> Range<Int> {
        let start = chunk * ChunkLayout.chunkLength
        return start..<Swift.min(start + ChunkLayout.chunkLength, length)
    }

    /// Bytes of a chunk's payload.
    package func byteCount(of chunk: Int) -> Int { range(of: chunk).count * MemoryLayout<Float>.stride }
}
