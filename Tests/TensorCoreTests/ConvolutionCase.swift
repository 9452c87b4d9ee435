import TensorCore

/// A convolution and its two gradients: by a program, and as the sums are written.
struct ConvolutionCase: CustomStringConvertible, Sendable {
    var batch: Int
    var height: Int
    var width: Int
    var channels: Int
    var filters: Int
    var kernel = 4
    var stride = 2
    var padding: Int
    var groups = 1

    var channelsPerGroup: Int { channels / groups }
    var filtersPerGroup: Int { filters / groups }
    var outHeight: Int { (height + 2 * padding - kernel) / stride + 1 }
    var outWidth: Int { (width + 2 * padding - kernel) / stride + 1 }
    var description: String {
        "\(batch)×\(height)×\(width), \(channels)→\(filters) \(kernel)×\(kernel), stride \(stride), padding \(padding)"
            + (groups > 1 ? ", \(groups) groups" : "")
    }

    /// Numbers for images, filters and the outputs' gradients: the function of pseudo-random whole numbers below 2³¹.
    func operands(seed: UInt64, _ value: (UInt64) -> Float) -> (image: [Float], filter: [Float], upstream: [Float]) {
        (
            values(batch * height * width * channels, value, seed: seed),
            values(kernel * kernel * channelsPerGroup * filters, value, seed: seed + 1),
            values(batch * outHeight * outWidth * filters, value, seed: seed + 2)
        )
    }

    /// The sum over all taps that lie inside, and its two gradients, in double precision.
    func plainly(
        image: [Float], filter: [Float], upstream: [Float]
    ) -> (outputs: [Double], image: [Double], filter: [Double]) {
        var outputs = [Double](repeating: 0, count: upstream.count)
        var imageGradient = [Double](repeating: 0, count: image.count)
        var filterGradient = [Double](repeating: 0, count: filter.count)
        for n in 0..<batch {
            for i in 0..<outHeight {
                for j in 0..<outWidth {
                    let output = ((n * outHeight + i) * outWidth + j) * filters
                    for tap in 0..<kernel * kernel {
                        let y = stride * i - padding + tap / kernel
                        let x = stride * j - padding + tap % kernel
                        guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                        let pixel = ((n * height + y) * width + x) * channels
                        for c in 0..<channels {
                            let group = c / channelsPerGroup
                            let weights = (tap * channelsPerGroup + c % channelsPerGroup) * filters
                            let value = Double(image[pixel + c])
                            var sum = 0.0
                            for f in group * filtersPerGroup..<(group + 1) * filtersPerGroup {
                                let (weight, slope) = (Double(filter[weights + f]), Double(upstream[output + f]))
                                outputs[output + f] += value * weight
                                filterGradient[weights + f] += value * slope
                                sum += weight * slope
                            }
                            imageGradient[pixel + c] += sum
                        }
                    }
                }
            }
        }
        return (outputs, imageGradient, filterGradient)
    }

    func run(
        image: [Float], filter: [Float], upstream: [Float]
    ) -> (values: [[Float]], labels: [String]) {
        var trial = Trial()
        let x = trial.input(image, shape: [batch, height, width, channels])
        let w = trial.input(filter, shape: [kernel, kernel, channelsPerGroup, filters])
        let g = trial.input(upstream, shape: [batch, outHeight, outWidth, filters])
        let y = x.convolved(with: w, stride: stride, padding: padding, groups: groups)
        let outputs = [y] + (y * g).sum().gradients(by: [x, w])
        return (trial.run(outputs), trial.labels(outputs))
    }

    private func values(_ count: Int, _ value: (UInt64) -> Float, seed: UInt64) -> [Float] {
        var state = seed
        return (0..<count).map { _ in
            // Knuth's linear congruential generator (MMIX).
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return value(state >> 33)
        }
    }
}
