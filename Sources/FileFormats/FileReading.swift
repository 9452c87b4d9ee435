/// Which bytes a process read of a file of a run's list.
package struct FileReading: Hashable, Sendable {
    /// The file's place in the list.
    package var file: Int
    package var content: ContentHash
    /// Why the file holds no sample, where it was skipped for that.
    package var fault: String?

    package init(file: Int, content: ContentHash, fault: String? = nil) {
        self.file = file
        self.content = content
        self.fault = fault
    }
}

/// What is wrong with a listed file where a worker reads it.
package struct FileFault: Hashable, Sendable {
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// There is no such file.
        case missing = 1
        /// Its size or its bytes are not those of the list.
        case changed = 2
        /// The system does not let it be read.
        case unreadable = 3
        /// Its bytes are no image, or a broken one.
        case broken = 4
    }

    /// The file's place in the list.
    package var file: Int
    package var kind: Kind
    /// Of the bytes that were read, where they were.
    package var content: ContentHash?

    package init(file: Int, kind: Kind, content: ContentHash? = nil) {
        self.file = file
        self.kind = kind
        self.content = content
    }
}
