import FileFormats

/// A picture that is drawn on: 8 bits a sample, [height, width, channels].
struct Canvas {
    private(set) var image: RasterImage

    /// A picture of one colour; `background` has one value per channel, 1 or 3.
    init(width: Int, height: Int, background: [UInt8]) {
        var pixels = [UInt8](repeating: background[0], count: width * height * background.count)
        if background.count > 1 {
            for i in pixels.indices { pixels[i] = background[i % background.count] }
        }
        image = RasterImage(width: width, height: height, channels: background.count, pixels: pixels)
    }

    /// Mixes `opacity` (0 to 1) of a colour into a pixel; outside of the picture nothing happens.
    mutating func mix(_ color: [UInt8], x: Int, y: Int, opacity: Double = 1) {
        guard (0..<image.width).contains(x), (0..<image.height).contains(y) else { return }
        let offset = (y * image.width + x) * image.channels
        for channel in 0..<image.channels {
            let old = Double(image.pixels[offset + channel])
            image.pixels[offset + channel] = UInt8((old + opacity * (Double(color[channel]) - old)).rounded())
        }
    }

    mutating func fill(_ color: [UInt8], x: Range<Int>, y: Range<Int>) {
        for row in y { for column in x { mix(color, x: column, y: row) } }
    }

    /// Writes a line of text; letters that would pass `limit` are left out.
    mutating func write(_ text: String, x: Int, y: Int, scale: Int, color: [UInt8], limit: Int) {
        var left = x
        for letter in text.unicodeScalars {
            guard left + 5 * scale <= limit else { return }
            for row in 0..<PixelFont.height {
                for column in 0..<5 where PixelFont.hasInk(letter, column: column, row: row) {
                    let (px, py) = (left + column * scale, y + row * scale)
                    fill(color, x: px..<px + scale, y: py..<py + scale)
                }
            }
            left += PixelFont.advance * scale
        }
    }

    /// The largest of the scales 2 and 1 at which a text fits into a width.
    static func scale(of text: String, width: Int) -> Int {
        text.unicodeScalars.count * PixelFont.advance * 2 <= width ? 2 : 1
    }
}
