import CZlib
import FileFormats
import TestSupport
import Testing

/// Good PNG and JPEG files made wrong in every way that a seed finds: in their bytes, and in their chunks with lengths and
/// checksums made right again.
@Suite struct ImageFuzzTests {
    @Test func aPNGIsReadOrRefused() throws {
        let samples = try [1, 3].map { channels in
            let pixels = (0..<21 * 13 * channels).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
            return try PNGImage.encode(RasterImage(width: 21, height: 13, channels: channels, pixels: pixels))
        }
        let outcome = try FuzzCampaign(file: "fuzzed.png", iterations: 1000).run { random in
            var bytes = samples[random.below(samples.count)]
            if random.chance(0.7) {
                var chunks = PNGChunks(bytes)
                chunks.mutate(&random)
                bytes = chunks.bytes
            } else {
                ByteMutation.apply(to: &bytes, &random)
            }
            return bytes
        } sentence: {
            ($0 as? FileFormatError)?.description
        } read: { path in
            let bytes = try InputFile.bytes(of: path, limit: 1 << 20)
            return try complaint(of: try ImageFile.decode(bytes, file: path, smallest: (4, 4)))
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > outcome.accepted)
        #expect(outcome.memoryGrowth < 1 << 30)
    }

    @Test func aJPEGIsReadOrRefused() throws {
        let samples = try [JPEGImageTests.colour, JPEGImageTests.gray, JPEGImageTests.cmyk].map(JPEGImageTests.bytes)
        let outcome = try FuzzCampaign(file: "fuzzed.jpg", iterations: 1500).run { random in
            var bytes = samples[random.below(samples.count)]
            if random.chance(0.5) {
                // The size, the sampling and the tables' numbers stand in the first bytes of a segment.
                let markers = bytes.indices.dropLast(12).filter { bytes[$0] == 0xff && bytes[$0 + 1] >= 0xc0 }
                let marker = markers[random.below(markers.count)]
                ByteMutation.replaceNumber(in: &bytes, from: marker + 1, to: marker + 12, &random)
            } else {
                ByteMutation.apply(to: &bytes, &random)
            }
            return bytes
        } sentence: {
            ($0 as? FileFormatError)?.description
        } read: { path in
            let bytes = try InputFile.bytes(of: path, limit: 1 << 20)
            return try complaint(of: try ImageFile.decode(bytes, file: path, smallest: (4, 4)))
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > 0)
        #expect(outcome.memoryGrowth < 1 << 30)
    }

    /// Every kind of file in the golden data.
    @Test func anImageIsReadOrRefused() throws {
        let samples = try GoldenImages.cases().map { try GoldenImages.bytes($0.name) }
        let outcome = try FuzzCampaign(file: "fuzzed.image", iterations: 3000).run { random in
            var bytes = samples[random.below(samples.count)]
            if bytes.starts(with: PNGImage.signature), random.chance(0.6) {
                var chunks = PNGChunks(bytes)
                chunks.mutate(&random)
                bytes = chunks.bytes
            } else if random.chance(0.3) {
                ByteMutation.replaceNumber(in: &bytes, from: 12, to: min(bytes.count, 200), &random)
            } else {
                ByteMutation.apply(to: &bytes, &random)
            }
            return bytes
        } sentence: {
            ($0 as? FileFormatError)?.description
        } read: { path in
            let bytes = try InputFile.bytes(of: path, limit: 1 << 20)
            let ground = RGBColour(red: 10, green: 200, blue: 30)
            return try complaint(of: try ImageFile.decode(bytes, file: path, ground: ground, smallest: (4, 4)))
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > 0)
        #expect(outcome.memoryGrowth < 3 << 30)
    }

    /// Exif blocks made wrong, in a PNG that stays good: the image is read whatever they say.
    @Test func exifNeverRefusesAnImage() throws {
        let samples = try ["png/exif-6", "png/exif-7", "png/exif-raw", "png/exif-raw-z", "png/xmp"].map(
            GoldenImages.bytes)
        let outcome = try FuzzCampaign(file: "fuzzed.png", iterations: 2000).run { random in
            var chunks = PNGChunks(samples[random.below(samples.count)])
            chunks.mutateMetadata(&random)
            return chunks.bytes
        } sentence: {
            ($0 as? FileFormatError)?.description
        } read: { path in
            let image = try ImageFile.decode(try InputFile.bytes(of: path, limit: 1 << 20), file: path)
            return image.width + image.height == 10 ? try complaint(of: image) : "is \(image.width) × \(image.height)"
        }
        #expect(outcome.failure == nil)
        #expect(outcome.refused == 0 && outcome.accepted > 0)
    }

    private func complaint(of image: RasterImage) throws -> String? {
        if image.pixels.count != image.width * image.height * image.channels {
            return "has \(image.pixels.count) bytes"
        }
        // Every pixel is there to be read.
        let sum = image.pixels.reduce(0) { $0 + Int($1) }
        return sum <= 255 * image.pixels.count ? nil : "sums to \(sum)"
    }
}

/// The chunks of a PNG file (ISO/IEC 15948, 5.3): length, type, content, checksum.
private struct PNGChunks {
    private var chunks: [(type: [UInt8], content: [UInt8])] = []

    init(_ file: [UInt8]) {
        var rest = file.dropFirst(PNGImage.signature.count)
        while rest.count >= 12 {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            let body = rest.dropFirst(4)
            chunks.append((Array(body.prefix(4)), Array(body.dropFirst(4).prefix(length))))
            rest = rest.dropFirst(12 + length)
        }
    }

    /// The file, with right lengths and checksums.
    var bytes: [UInt8] {
        PNGImage.signature
            + chunks.flatMap { type, content in
                let body = type + content
                let checksum = body.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
                return Self.bigEndian(content.count) + body + Self.bigEndian(Int(checksum))
            }
    }

    mutating func mutate(_ random: inout SeededRandom) {
        for _ in 0...random.below(3) {
            guard !chunks.isEmpty else { return }
            let place = random.below(chunks.count)
            switch random.below(6) {
            case 0: chunks.remove(at: place)
            case 1: chunks.insert(chunks[place], at: random.below(chunks.count))
            case 2: chunks.swapAt(place, random.below(chunks.count))
            case 3:
                chunks[place].type = Array(
                    ["IHDR", "PLTE", "tRNS", "IDAT", "IEND", "iCCP", "zTXt", "eXIf", "iTXt"][random.below(9)].utf8)
            case 4:
                let count = chunks[place].content.count
                ByteMutation.replaceNumber(in: &chunks[place].content, from: 0, to: min(count, 13), &random)
            default: ByteMutation.applyOne(to: &chunks[place].content, &random)
            }
        }
    }

    /// Changes the chunks that say how the image is to be turned.
    mutating func mutateMetadata(_ random: inout SeededRandom) {
        let names = ["eXIf", "tEXt", "zTXt", "iTXt"].map { Array($0.utf8) }
        for place in chunks.indices where names.contains(chunks[place].type) {
            ByteMutation.apply(to: &chunks[place].content, &random)
        }
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
    }
}
