import TensorCore

/// DiffAugment as a differentiable map of images, whose draws are an input of the program.
///
/// | transform | formula, with the draws of `AugmentationDraws` |
/// | --- | --- |
/// | brightness | x + (u − ½) |
/// | saturation | x + (2u − 1)(x − mean over the channels): the identity on gray images |
/// | contrast | x + (u − ½)(x − mean over the image) |
/// | translation | x moved by whole pixels, zeros behind it |
/// | cutout | x · mask |
///
/// (Zhao et al., 2020; its factors 2u and u + ½ about a mean are written so that a draw of 0 is exactly the identity.)
package struct DiffAugment: Sendable {
    let draws: AugmentationDraws
    /// The program's input with the draws.
    let slot: Int

    package init(draws: AugmentationDraws, slot: Int) {
        self.draws = draws
        self.slot = slot
    }

    /// - Parameters:
    ///   - x: `[batch, height, width, channels]`
    ///   - offset: where the draws begin in the input.
    /// - Returns: images of x's shape.
    package func callAsFunction(_ x: Tensor, graph: Graph, offset: Int) -> Tensor {
        let batch = draws.batch
        precondition(
            x.shape.rank == 4 && x.shape[0] == batch && x.shape[1] == draws.height && x.shape[2] == draws.width,
            "augmentation: \(x.shape) instead of [\(batch), \(draws.height), \(draws.width), channels]")
        func perSample(_ section: Int) -> Tensor {
            graph.input(slot: slot, offset: offset + section, shape: [batch, 1, 1, 1])
        }
        var y = x
        if draws.has(.color) {
            y = y + perSample(draws.brightness)
            if y.shape[3] > 1 {
                y = y + (y - y.mean(axes: [3], keepingDimensions: true)) * perSample(draws.saturation)
            }
            y = y + (y - y.mean(axes: [1, 2, 3], keepingDimensions: true)) * perSample(draws.contrast)
        }
        if draws.has(.translation) {
            y = y.shifted(by: graph.input(slot: slot, offset: offset + draws.shift, shape: [batch, 2]))
        }
        if draws.has(.cutout) {
            let mask = graph.input(
                slot: slot, offset: offset + draws.mask, shape: [batch, draws.height, draws.width, 1])
            y = y * mask
        }
        return y
    }
}
