import FileFormats

/// The list of files that a run's samples come from, in the welcome. The list itself follows on request, in chunks; the wire
/// does not look into it.
package struct FileListHeader: Hashable, Sendable {
    /// Bytes of the list.
    package var byteCount: Int
    /// A hash over the list.
    package var digest: String

    package init(byteCount: Int, digest: String) {
        self.byteCount = byteCount
        self.digest = digest
    }
}

/// A worker lacks the list of files: please send these chunks.
package struct FileListRequest: Hashable, Sendable {
    package var firstChunk: Int
    /// How many chunks may be sent.
    package var chunks: Int

    package init(firstChunk: Int, chunks: Int) {
        self.firstChunk = firstChunk
        self.chunks = chunks
    }
}

/// A chunk of the list of files, in the payload.
package struct FileListChunk: Hashable, Sendable {
    package var chunk: Int
    package var checksum: UInt64?

    package init(chunk: Int, checksum: UInt64? = nil) {
        self.chunk = chunk
        self.checksum = checksum
    }
}

/// A shard that cannot be computed because of a file: the worker hands it back, and goes on.
package struct ShardFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package var fault: FileFault
    /// A sentence that names the file.
    package var description: String

    package init(_ fault: FileFault, _ description: String) {
        self.fault = fault
        self.description = description
    }
}

/// How a list of bytes is cut into chunks as long as those of vectors: it is padded to whole floats.
extension ChunkLayout {
    package init(byteCount: Int, chunkLength: Int) {
        let size = MemoryLayout<Float>.stride
        self.init(length: (byteCount + size - 1) / size, chunkLength: chunkLength)
    }
}
