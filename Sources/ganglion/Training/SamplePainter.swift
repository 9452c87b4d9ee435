import Adversarial
import Datasets
import FileFormats
import Runs
import TensorCore

/// Draws a generator's samples: images as a grid, points of the plane as a scatter plot.
struct SamplePainter {
    let configuration: Configuration
    private let shape: Shape

    init(_ configuration: Configuration) {
        self.configuration = configuration
        shape = configuration.recipe.makeNetworks().sampleShape
    }

    /// Whether samples are points of the plane.
    var drawsPoints: Bool { shape.rank == 1 }
    var height: Int { shape[0] }
    var width: Int { shape[1] }
    var channels: Int { shape[2] }

    /// Latents of samples `first` onwards of a seed: the same whatever their number.
    func latents(count: Int, seed: UInt64, first: Int = 0) -> [Float] {
        let size = configuration.recipe.latentSize
        var latents = [Float](repeating: 0, count: count * size)
        latents.withUnsafeMutableBufferPointer { buffer in
            for index in 0..<count {
                RandomStream(seed: seed, purpose: .sample, step: UInt64(first + index))
                    .fillNormal(UnsafeMutableBufferPointer(rebasing: buffer[index * size..<(index + 1) * size]))
            }
        }
        return latents
    }

    /// Pixels in [0, 1], or points in the data's own unit: the normalisation undone.
    func denormalized(_ samples: [Float]) -> [Float] {
        let mean = Float(configuration.recipe.pixelMean)
        let deviation = Float(configuration.recipe.pixelDeviation)
        return samples.map { value in
            let raw = value * deviation + mean
            return drawsPoints ? raw : min(1, max(0, raw))
        }
    }

    /// A picture of samples as the generator gave them.
    func picture(_ samples: [Float], label: String) throws -> RasterImage {
        let values = denormalized(samples)
        guard drawsPoints else {
            return SampleGrid.image(
                values, count: values.count / shape.count, height: height, width: width, channels: channels,
                label: label)
        }
        let mixture = try mixture()
        return ScatterPlot.image(
            points: values, modes: mixture?.modes.map { (Double($0.x), Double($0.y)) } ?? [],
            radius: Double(mixture?.deviation ?? 0) * 3, label: label)
    }

    /// The mixture that the points were trained on, if it is one.
    func mixture() throws -> MixtureSource? {
        switch try configuration.dataset() {
        case .ring2D: MixtureSource.ring(seed: configuration.recipe.seed)
        case .grid2D: MixtureSource.grid(seed: configuration.recipe.seed)
        default: nil
        }
    }
}
