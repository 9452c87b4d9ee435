/// Resizes images, [height, width, channels], with a triangle filter as wide as the reduction: bilinear interpolation when
/// enlarging, antialiased when reducing (as Pillow's BILINEAR). What is cut off is cut equally on both sides.
///
/// Only +, −, ×, ÷ in a fixed order: the same bits on every machine.
struct ImageResampler: Sendable {
    /// The weights of one axis: output o is the sum of weights[o][k] · input[first[o] + k].
    private struct Axis {
        var first: [Int] = []
        var weights: [[Float]] = []

        /// - Parameters:
        ///   - start, length: the stretch of the input, in pixels, that becomes the whole output.
        init(inputSize: Int, outputSize: Int, start: Double, length: Double) {
            let scale = length / Double(outputSize)
            let radius = max(scale, 1)
            for output in 0..<outputSize {
                let center = start + (Double(output) + 0.5) * scale
                let low = max(0, Int((center - radius).rounded(.down)))
                let high = min(inputSize, Int((center + radius).rounded(.up)))
                let raw = (low..<high).map { max(0, 1 - abs(Double($0) + 0.5 - center) / radius) }
                let total = raw.reduce(0, +)
                let used = raw.indices.filter { raw[$0] > 0 }
                let range = used.first!...used.last!
                first.append(low + range.lowerBound)
                weights.append(raw[range].map { Float($0 / total) })
            }
        }
    }

    let outputHeight: Int
    let outputWidth: Int
    private let inputHeight: Int
    private let inputWidth: Int
    private let vertical: Axis
    private let horizontal: Axis

    /// A resampler from one size to another: the shorter side is fitted, the longer one cropped at the centre.
    init(inputHeight: Int, inputWidth: Int, outputHeight: Int, outputWidth: Int) {
        self.inputHeight = inputHeight
        self.inputWidth = inputWidth
        self.outputHeight = outputHeight
        self.outputWidth = outputWidth
        let scale = min(
            Double(inputHeight) / Double(outputHeight), Double(inputWidth) / Double(outputWidth))
        let height = scale * Double(outputHeight)
        let width = scale * Double(outputWidth)
        vertical = Axis(
            inputSize: inputHeight, outputSize: outputHeight, start: (Double(inputHeight) - height) / 2, length: height)
        horizontal = Axis(
            inputSize: inputWidth, outputSize: outputWidth, start: (Double(inputWidth) - width) / 2, length: width)
    }

    /// Resizes `input` [inputHeight, inputWidth, channels] into `output` [outputHeight, outputWidth, channels]. Both are
    /// in the input's units.
    func resample<Sample: ResampledValue>(
        _ input: UnsafeBufferPointer<Sample>, channels: Int, into output: UnsafeMutableBufferPointer<Float>
    ) {
        let rowLength = outputWidth * channels
        // Only the rows that an output row needs: of a cropped image not all.
        let firstRow = vertical.first[0]
        let endRow = vertical.first[outputHeight - 1] + vertical.weights[outputHeight - 1].count
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (endRow - firstRow) * rowLength) { rows in
            for row in firstRow..<endRow {
                let source = input.baseAddress! + row * inputWidth * channels
                let target = rows.baseAddress! + (row - firstRow) * rowLength
                for column in 0..<outputWidth {
                    let first = source + horizontal.first[column] * channels
                    for channel in 0..<channels {
                        var sum: Float = 0
                        var pixel = first + channel
                        for weight in horizontal.weights[column] {
                            sum += weight * pixel.pointee.float
                            pixel += channels
                        }
                        (target + column * channels + channel).initialize(to: sum)
                    }
                }
            }
            for row in 0..<outputHeight {
                let target = output.baseAddress! + row * rowLength
                target.update(repeating: 0, count: rowLength)
                for (offset, weight) in vertical.weights[row].enumerated() {
                    let source = rows.baseAddress! + (vertical.first[row] + offset - firstRow) * rowLength
                    for element in 0..<rowLength { target[element] += weight * source[element] }
                }
            }
        }
    }
}

/// What can be resampled: bytes and floats.
protocol ResampledValue {
    var float: Float { get }
}

extension UInt8: ResampledValue {
    var float: Float { Float(self) }
}

extension Float: ResampledValue {
    var float: Float { self }
}
