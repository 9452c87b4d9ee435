/// The segments before a JPEG file's first scan (ITU-T T.81, B.1.1) that say how the image is to be shown.
struct JPEGSegments {
    /// Exif's TIFF block, from one APP1 segment or several.
    private(set) var exif: [UInt8]?
    /// The last XMP packet.
    private(set) var xmp: [UInt8]?

    private static let exifPrefix: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
    private static let xmpPrefix = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

    /// Reads on over bytes that belong to no segment, as decoders do; a segment that is cut ends the search.
    init(_ bytes: [UInt8]) {
        var place = 2
        while place + 4 <= bytes.count {
            guard bytes[place] == 0xff else {
                place += 1
                continue
            }
            switch bytes[place + 1] {
            case 0xff: place += 1
            // Filling, and markers that stand alone.
            case 0, 0x01, 0xc8, 0xd0...0xd9, 0xf0...0xfd: place += 2
            case 0xda: return
            case let marker:
                let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
                let end = place + 2 + max(length, 2)
                guard end <= bytes.count else { return }
                if marker == 0xe1 { add(bytes[min(place + 4, end)..<end]) }
                place = end
            }
        }
    }

    private mutating func add(_ content: ArraySlice<UInt8>) {
        if content.starts(with: Self.exifPrefix) {
            let block = content.dropFirst(Self.exifPrefix.count)
            if exif == nil { exif = Array(block) } else { exif?.append(contentsOf: block) }
        } else if content.starts(with: Self.xmpPrefix) {
            xmp = Array(content.dropFirst(Self.xmpPrefix.count))
        }
    }
}
