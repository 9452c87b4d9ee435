import FileFormats
import RunConfiguration

/// Images side by side in one picture, under a line of text.
package enum SampleGrid {
    private static let gap = 2
    private static let border = 8
    private static let labelHeight = 2 * PixelFont.height + 8

    /// Arranges images in a grid as near to a square as their number allows.
    ///
    /// - Parameters:
    ///   - images: values from 0 to 1, [count, height, width, channels]; others are clamped, NaN is drawn black.
    ///   - label: text above the grid: "dcgan-28 · step 500".
    ///   - scale: pixels per pixel; by default 2 for images of 32 pixels or fewer, 1 for larger.
    ///   - columns: images in a row; by default the root of their number, rounded up.
    ///   - headings: text above each column, cut off at its width; none by default.
    /// - Precondition: `channels` is 1 or 3, `count` is 1 or more, and `images` has that many values.
    package static func image(
        _ images: [Float], count: Int, height: Int, width: Int, channels: Int, label: String, scale: Int? = nil,
        columns: Int? = nil, headings: [String] = []
    ) -> RasterImage {
        precondition(count > 0 && images.count == count * height * width * channels, "a grid's images have one size")
        let scale = scale ?? max(1, min(8, 64 / max(height, width)))
        let columns = max(1, columns ?? Int(Double(count).squareRoot().rounded(.up)))
        let rows = (count + columns - 1) / columns
        let (cellWidth, cellHeight) = (width * scale + gap, height * scale + gap)
        let headingHeight = headings.isEmpty ? 0 : PixelFont.height + 4
        let imagesTop = border + labelHeight + headingHeight
        let background = [UInt8](repeating: 30, count: channels)
        var canvas = Canvas(
            width: columns * cellWidth - gap + 2 * border, height: rows * cellHeight - gap + border + imagesTop,
            background: background)
        let room = canvas.image.width - 2 * border
        let textScale = Canvas.scale(of: label, width: room)
        canvas.write(
            label, x: border, y: border + (labelHeight - 8 - textScale * PixelFont.height) / 2, scale: textScale,
            color: [UInt8](repeating: 215, count: channels), limit: border + room)
        for (column, heading) in headings.prefix(columns).enumerated() {
            let left = border + column * cellWidth
            canvas.write(
                heading, x: left, y: border + labelHeight, scale: 1, color: [UInt8](repeating: 215, count: channels),
                limit: left + width * scale)
        }
        let size = height * width * channels
        for index in 0..<count {
            images[index * size..<(index + 1) * size].withUnsafeBufferPointer { pixels in
                let left = border + index % columns * cellWidth
                let top = imagesTop + index / columns * cellHeight
                for y in 0..<height {
                    for x in 0..<width {
                        let offset = (y * width + x) * channels
                        let color = (0..<channels).map { byte(pixels[offset + $0]) }
                        canvas.fill(
                            color, x: left + x * scale..<left + (x + 1) * scale,
                            y: top + y * scale..<top + (y + 1) * scale)
                    }
                }
            }
        }
        return canvas.image
    }

    /// One image as a picture of its own; values from 0 to 1, [height, width, channels].
    package static func picture(_ pixels: ArraySlice<Float>, height: Int, width: Int, channels: Int) -> RasterImage {
        RasterImage(width: width, height: height, channels: channels, pixels: pixels.map(byte))
    }

    /// Writes a picture as PNG, whole or not at all.
    /// - Throws: `RunError` if the file cannot be written.
    package static func write(_ image: RasterImage, to path: String) throws {
        try RunError.rethrowing { try AtomicFile.write(try PNGImage.encode(image), to: path) }
    }

    private static func byte(_ value: Float) -> UInt8 {
        // NaN fails the comparison.
        value > 0 ? UInt8((min(value, 1) * 255).rounded()) : 0
    }
}
