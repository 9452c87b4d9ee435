/// Resizes planes as Pillow resizes images of mode F with its bicubic filter: the cubic convolution of Keys (1981) with a = −½, as
/// wide as the reduction where it makes smaller (antialiased), first along the rows, then along the columns. clean-fid (Parmar
/// et al., "On aliased resizing and surprising subtleties in GAN evaluation", 2022) feeds Inception by it.
package struct BicubicResizer: Sendable {
    /// output[o] = Σ weights[k] · input[first + k]
    private struct Stretch: Sendable {
        var first: Int
        var weights: [Double]
    }

    private let width: Int
    private let outputHeight: Int
    private let outputWidth: Int
    private let rows: [Stretch]
    private let columns: [Stretch]

    package init(height: Int, width: Int, outputHeight: Int, outputWidth: Int) {
        self.width = width
        self.outputHeight = outputHeight
        self.outputWidth = outputWidth
        rows = Self.stretches(height, outputHeight)
        columns = Self.stretches(width, outputWidth)
    }

    private static func stretches(_ size: Int, _ outputSize: Int) -> [Stretch] {
        let scale = Double(size) / Double(outputSize)
        let filterScale = max(scale, 1)
        let support = 2 * filterScale
        return (0..<outputSize).map { output in
            let center = (Double(output) + 0.5) * scale
            let first = max(0, Int(center - support + 0.5))
            let end = min(size, Int(center + support + 0.5))
            let raw = (first..<end).map { kernel((Double($0) - center + 0.5) / filterScale) }
            let sum = raw.reduce(0, +)
            return Stretch(first: first, weights: sum == 0 ? raw : raw.map { $0 / sum })
        }
    }

    /// Keys' kernel with a = −½.
    private static func kernel(_ x: Double) -> Double {
        let (x, a) = (abs(x), -0.5)
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }

    /// - Parameters:
    ///   - plane: [height, width], values `stride` apart.
    ///   - output: [outputHeight, outputWidth], values `outputStride` apart.
    package func resize(
        _ plane: UnsafePointer<Float>, stride: Int = 1, into output: UnsafeMutablePointer<Float>, outputStride: Int = 1
    ) {
        let height = rows.reduce(0) { max($0, $1.first + $1.weights.count) }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: height * outputWidth) { narrow in
            narrow.initialize(repeating: 0)
            for y in 0..<height {
                for (x, stretch) in columns.enumerated() {
                    var sum = 0.0
                    for (place, weight) in stretch.weights.enumerated() {
                        sum += Double(plane[(y * width + stretch.first + place) * stride]) * weight
                    }
                    narrow[y * outputWidth + x] = Float(sum)
                }
            }
            for (y, stretch) in rows.enumerated() {
                for x in 0..<outputWidth {
                    var sum = 0.0
                    for (place, weight) in stretch.weights.enumerated() {
                        sum += Double(narrow[(stretch.first + place) * outputWidth + x]) * weight
                    }
                    output[(y * outputWidth + x) * outputStride] = Float(sum)
                }
            }
        }
    }
}
