import Adversarial
import Datasets
import FileFormats
import RunConfiguration
import TensorCore

/// Draws a generator's samples: images as a grid, points of the plane as a scatter plot.
package struct SamplePainter {
    package let configuration: Configuration
    private let shape: Shape

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        shape = configuration.recipe.makeNetworks().sampleShape
    }

    /// Elements of one sample.
    package var sampleSize: Int { shape.count }
    /// What a sample is called: "images" or "points".
    package var unit: String { drawsPoints ? "points" : "images" }
    /// Whether samples are points of the plane.
    package var drawsPoints: Bool { shape.rank == 1 }
    package var height: Int { shape[0] }
    package var width: Int { shape[1] }
    package var channels: Int { shape[2] }

    /// Latents of samples `first` onwards of a seed: the same whatever their number.
    package func latents(count: Int, seed: UInt64, first: Int = 0, purpose: RandomPurpose = .sample) -> [Float] {
        let size = configuration.recipe.model.latentSize
        var latents = [Float](repeating: 0, count: count * size)
        latents.withUnsafeMutableBufferPointer { buffer in
            for index in 0..<count {
                RandomStream(seed: seed, purpose: purpose, step: UInt64(first + index))
                    .fillNormal(UnsafeMutableBufferPointer(rebasing: buffer[index * size..<(index + 1) * size]))
            }
        }
        return latents
    }

    /// How a run's grid shows classes: a column for each, as many rows as the number of samples allows; without classes, or with
    /// more of them than samples, columns as they come.
    package func classGrid(count: Int) -> (count: Int, columns: Int?, labels: LabelSource) {
        let classes = configuration.recipe.model.classes
        guard classes > 0 else { return (count, nil, .none) }
        guard classes <= min(count, 64) else { return (count, nil, .columns(classes: classes)) }
        return (count - count % classes, classes, .columns(classes: classes))
    }

    /// Pixels in [0, 1], or points in the data's own unit: the normalisation undone.
    package func denormalized(_ samples: [Float]) -> [Float] {
        let mean = Float(configuration.recipe.pixelMean)
        let deviation = Float(configuration.recipe.pixelStandardDeviation)
        return samples.map { value in
            let raw = value * deviation + mean
            return drawsPoints ? raw : min(1, max(0, raw))
        }
    }

    /// Samples [count, height, width, channels] as [count, channels, height, width]; points as they are.
    package func channelsFirst(_ samples: [Float]) -> [Float] {
        guard !drawsPoints, channels > 1 else { return samples }
        let (plane, size) = (height * width, shape.count)
        return [Float](unsafeUninitializedCapacity: samples.count) { result, count in
            count = samples.count
            for place in 0..<count {
                let (sample, channel, pixel) = (place / size, place % size / plane, place % plane)
                result[place] = samples[sample * size + pixel * channels + channel]
            }
        }
    }

    /// The shape of `count` samples in a file, as PyTorch has it: [count, channels, height, width] or [count, 2].
    package func fileShape(count: Int) -> [Int] {
        drawsPoints ? [count, shape.count] : [count, channels, height, width]
    }

    /// A picture of samples as the generator gave them.
    ///
    /// - Parameter columns: images in a row; by default the root of their number, rounded up.
    package func picture(_ samples: [Float], label: String, columns: Int? = nil) throws -> RasterImage {
        let values = denormalized(samples)
        guard drawsPoints else {
            return SampleGrid.image(
                values, count: values.count / shape.count, height: height, width: width, channels: channels,
                label: label, columns: columns)
        }
        let mixture = try mixture()
        return ScatterPlot.image(
            points: values, modes: mixture?.modes.map { (Double($0.x), Double($0.y)) } ?? [],
            radius: Double(mixture?.deviation ?? 0) * 3, label: label)
    }

    /// The mixture that the points were trained on, if it is one.
    package func mixture() throws -> MixtureSource? {
        switch try configuration.dataset() {
        case .ring2D: MixtureSource.ring(seed: configuration.recipe.seed)
        case .grid2D: MixtureSource.grid(seed: configuration.recipe.seed)
        default: nil
        }
    }
}
