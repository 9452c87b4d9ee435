import CImages

/// How rows of a PNG's samples become 8-bit gray or RGB, with transparency over a ground colour.
struct PNGSampleConversion {
    private enum Method {
        /// A table of all values of a sample of up to 8 bits.
        case table([UInt8])
        case samples(cim_samples)
    }

    private let method: Method
    private let width: Int
    /// 1 or 3.
    let outputChannels: Int

    /// - Throws: `FileFormatError` when the palette is missing.
    init(_ chunks: PNGChunks, ground: RGBColour, file: String) throws {
        let header = chunks.header
        width = header.width
        switch (header.colourType, header.depth) {
        case (3, _):
            guard let palette = chunks.palette else {
                throw PNGChunks.broken("its palette (PLTE) is missing", file: file)
            }
            method = .table(Self.paletteTable(Array(palette), chunks.transparency.map(Array.init) ?? [], ground))
            outputChannels = 3
        case (0, ...8):
            let key = Self.numbers(chunks.transparency, 1).map {
                header.depth == 1 ? ($0[0] > 0 ? 255 : 0) : $0[0] & 255
            }
            outputChannels = key == nil || ground.isGray ? 1 : 3
            method = .table(Self.grayTable(depth: header.depth, key: key, ground, channels: outputChannels))
        default:
            var samples = cim_samples(channels: header.channels, bytes: header.depth / 8, over: ground)
            if header.colourType == 0, let key = Self.numbers(chunks.transparency, 1) {
                samples.has_key = 1
                samples.key.0 = UInt8(key[0] >> 8)
                samples.key_low = UInt8(key[0] & 255)
                samples.output_channels = ground.isGray ? 1 : 3
            } else if header.colourType == 2, let key = Self.numbers(chunks.transparency, 3) {
                samples.has_key = 1
                samples.key = (UInt8(key[0] & 255), UInt8(key[1] & 255), UInt8(key[2] & 255))
            }
            outputChannels = Int(samples.output_channels)
            method = .samples(samples)
        }
    }

    /// Converts a row, as `PNGRows` gives it.
    func convert(_ row: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) {
        switch method {
        case .table(let table): cim_look_up(row, width, table, Int32(outputChannels), output)
        case .samples(var samples): cim_convert_samples(&samples, row, width, output)
        }
    }

    /// 256 colours; black where the palette has none.
    private static func paletteTable(_ palette: [UInt8], _ alpha: [UInt8], _ ground: RGBColour) -> [UInt8] {
        let ground = [ground.red, ground.green, ground.blue]
        return (0..<256).flatMap { entry in
            (0..<3).map { channel in
                let value = entry < palette.count / 3 ? palette[3 * entry + channel] : 0
                return cim_blend(value, ground[channel], entry < alpha.count ? alpha[entry] : 255)
            }
        }
    }

    /// Samples of `depth` bits scaled to 8: value · 255 / (2^depth − 1), a whole number.
    private static func grayTable(depth: Int, key: Int?, _ ground: RGBColour, channels: Int) -> [UInt8] {
        let ground = channels == 1 ? [ground.red] : [ground.red, ground.green, ground.blue]
        let largest = 1 << depth - 1
        return (0..<256).flatMap { sample in
            let value = UInt8(min(sample, largest) * 255 / largest)
            return ground.map { key == Int(value) ? $0 : value }
        }
    }

    /// The first `count` numbers of 16 bits of a tRNS chunk; nil when there are fewer.
    private static func numbers(_ content: ArraySlice<UInt8>?, _ count: Int) -> [Int]? {
        guard let content, content.count >= 2 * count else { return nil }
        let bytes = Array(content)
        return (0..<count).map { Int(bytes[2 * $0]) << 8 | Int(bytes[2 * $0 + 1]) }
    }
}
