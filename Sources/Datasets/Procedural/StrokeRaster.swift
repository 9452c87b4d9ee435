/// Draws strokes antialiased: a pixel is as bright as its centre is near to a stroke.
struct StrokeRaster {
    /// Pixels on a side.
    let size: Int
    /// Half the thickness, in pixels.
    let radius: Float
    /// Half the width of the edge, in pixels.
    let softness: Float

    /// Writes [size, size] values: 1 up to `radius − softness` from a segment (x0, y0, x1, y1), 0 from `radius + softness`,
    /// falling evenly between.
    func draw(_ segments: UnsafeBufferPointer<SIMD4<Float>>, into pixels: UnsafeMutableBufferPointer<Float>) {
        let reach = radius + softness
        let far = reach * reach
        // First the squared distance to the nearest segment, as far as it matters.
        for index in pixels.indices { pixels[index] = far }
        for segment in segments {
            let columns = range(min(segment.x, segment.z) - reach, max(segment.x, segment.z) + reach)
            let rows = range(min(segment.y, segment.w) - reach, max(segment.y, segment.w) + reach)
            let dx = segment.z - segment.x
            let dy = segment.w - segment.y
            let length = dx * dx + dy * dy
            let inverse = length > 0 ? 1 / length : 0
            for row in rows {
                let y = Float(row) + 0.5 - segment.y
                for column in columns {
                    let x = Float(column) + 0.5 - segment.x
                    let along = min(max((x * dx + y * dy) * inverse, 0), 1)
                    let offX = x - along * dx
                    let offY = y - along * dy
                    let pixel = row * size + column
                    pixels[pixel] = min(pixels[pixel], offX * offX + offY * offY)
                }
            }
        }
        let slope = 1 / (2 * softness)
        for index in pixels.indices {
            let squared = pixels[index]
            pixels[index] = squared >= far ? 0 : min(1, (reach - squared.squareRoot()) * slope)
        }
    }

    /// The pixels whose centres lie between two places.
    private func range(_ low: Float, _ high: Float) -> Range<Int> {
        let first = min(max(0, Int(low)), size)
        let end = min(max(first, Int(high) + 1), size)
        return first..<end
    }
}
