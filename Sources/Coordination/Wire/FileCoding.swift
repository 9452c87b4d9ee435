import FileFormats

/// Which files a contribution was read from, as its header has them.
extension Ganglion_Wire_Contribution {
    mutating func setReadings(_ readings: [FileReading]) {
        files = readings.map { UInt32($0.file) }
        var contents: [UInt8] = []
        contents.reserveCapacity(readings.count * ContentHash.byteCount)
        for reading in readings { contents.append(contentsOf: reading.content.bytes) }
        fileContents = .init(contents)
        brokenFiles = readings.compactMap { reading in
            reading.fault.map { fault in
                .with {
                    $0.file = UInt32(reading.file)
                    $0.reason = fault
                }
            }
        }
    }

    /// - Throws: `CoordinationError.malformedMessage` where the fields do not fit together.
    func readings() throws -> [FileReading] {
        let contents = [UInt8](fileContents)
        guard contents.count == files.count * ContentHash.byteCount else {
            throw CoordinationError.malformedMessage("\(files.count) files with \(contents.count) bytes of hashes")
        }
        var faults: [UInt32: String] = [:]
        for broken in brokenFiles { faults[broken.file] = broken.reason }
        return try files.enumerated().map { place, file in
            let bytes = contents[place * ContentHash.byteCount..<(place + 1) * ContentHash.byteCount]
            guard let content = ContentHash(bytes: bytes) else {
                throw CoordinationError.malformedMessage("a hash of \(bytes.count) bytes")
            }
            return FileReading(file: Int(file), content: content, fault: faults[file])
        }
    }
}

extension FileFault {
    var wire: Ganglion_Wire_FileFault {
        .with {
            $0.file = UInt32(file)
            $0.kind = Ganglion_Wire_FileFaultKind(rawValue: Int(kind.rawValue)) ?? .unspecified
            if let content { $0.content = .init(content.bytes) }
        }
    }

    /// - Throws: `CoordinationError.malformedMessage` where it says nothing that is known.
    init(_ wire: Ganglion_Wire_FileFault) throws {
        guard let kind = UInt8(exactly: wire.kind.rawValue).flatMap(Kind.init(rawValue:)) else {
            throw CoordinationError.malformedMessage("a file's fault of kind \(wire.kind.rawValue)")
        }
        let content = ContentHash(bytes: [UInt8](wire.content))
        guard content != nil || wire.content.isEmpty else {
            throw CoordinationError.malformedMessage("a hash of \(wire.content.count) bytes")
        }
        self.init(file: Int(wire.file), kind: kind, content: content)
    }
}

enum FileListCoding {
    /// The longest list: some ten million files.
    static let longest = 1 << 30

    static func byteCount(_ number: UInt64) throws -> Int {
        guard number <= UInt64(longest) else {
            throw CoordinationError.malformedMessage("a list of files of \(number) bytes")
        }
        return Int(number)
    }
}
