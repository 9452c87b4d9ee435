import FileFormats

/// Points of the plane as a picture, with the modes that they should lie in.
package enum ScatterPlot {
    private static let side = 512
    private static let labelHeight = 2 * PixelFont.height + 16
    private static let paper: [UInt8] = [250, 250, 247]
    private static let ink: [UInt8] = [70, 70, 70]
    private static let axis: [UInt8] = [222, 222, 216]
    private static let ring: [UInt8] = [214, 96, 40]
    private static let dot: [UInt8] = [31, 88, 166]

    /// Draws points over the circles of radius `radius` around the modes.
    ///
    /// - Parameters:
    ///   - points: [count, 2]; those outside of the picture and those that are not finite are left out.
    ///   - modes: centres of the mixture; the picture reaches a third beyond the outermost.
    ///   - radius: usually three standard deviations, in the points' unit.
    ///   - label: text above the plot.
    package static func image(
        points: [Float], modes: [(x: Double, y: Double)], radius: Double, label: String
    ) -> RasterImage {
        precondition(points.count % 2 == 0, "points of the plane have two coordinates")
        var canvas = Canvas(width: side, height: side + labelHeight, background: paper)
        let outermost = modes.map { max(abs($0.x), abs($0.y)) }.max() ?? 1
        let extent = max(outermost + 3 * radius, outermost * 4 / 3, 1e-6)
        let unit = Double(side) / (2 * extent)
        func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
            ((x + extent) * unit, Double(labelHeight) + (extent - y) * unit)
        }
        let (middleX, middleY) = (side / 2, labelHeight + side / 2)
        canvas.fill(axis, x: 0..<side, y: middleY..<middleY + 1)
        canvas.fill(axis, x: middleX..<middleX + 1, y: labelHeight..<labelHeight + side)
        for mode in modes {
            let center = place(mode.x, mode.y)
            draw(&canvas, ringAt: center, radius: max(radius * unit, 4))
        }
        for index in 0..<points.count / 2 {
            let (x, y) = (Double(points[2 * index]), Double(points[2 * index + 1]))
            guard abs(x) <= extent, abs(y) <= extent else { continue }
            draw(&canvas, dotAt: place(x, y))
        }
        canvas.fill(paper, x: 0..<side, y: 0..<labelHeight)
        canvas.write(
            label, x: 8, y: 8, scale: Canvas.scale(of: label, width: side - 16), color: ink, limit: side - 8)
        return canvas.image
    }

    /// A circle line one and a half pixels wide, antialiased by the distance to it.
    private static func draw(_ canvas: inout Canvas, ringAt center: (x: Double, y: Double), radius: Double) {
        let reach = Int(radius.rounded(.up)) + 2
        for y in Int(center.y) - reach...Int(center.y) + reach {
            for x in Int(center.x) - reach...Int(center.x) + reach {
                let (dx, dy) = (Double(x) + 0.5 - center.x, Double(y) + 0.5 - center.y)
                let distance = abs((dx * dx + dy * dy).squareRoot() - radius)
                canvas.mix(ring, x: x, y: y, opacity: max(0, min(1, 1.25 - distance)))
            }
        }
    }

    /// A dot of about two pixels, half transparent, so that crowds are darker.
    private static func draw(_ canvas: inout Canvas, dotAt center: (x: Double, y: Double)) {
        for y in Int(center.y) - 2...Int(center.y) + 2 {
            for x in Int(center.x) - 2...Int(center.x) + 2 {
                let (dx, dy) = (Double(x) + 0.5 - center.x, Double(y) + 0.5 - center.y)
                let cover = max(0, min(1, 1.75 - (dx * dx + dy * dy).squareRoot()))
                canvas.mix(dot, x: x, y: y, opacity: 0.45 * cover)
            }
        }
    }
}
