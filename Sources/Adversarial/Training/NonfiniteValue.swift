import CKernels
import NeuralNetworks

/// Where a contribution is NaN or infinite.
public struct NonfiniteValue: Sendable, Hashable {
    /// The network whose gradient, loss or batch statistics it is.
    public var network: Network
    /// The parameter's name in the network's state dict, such as `3.weight`; nil where all gradients are finite, and the loss
    /// or a batch statistic is not.
    public var layer: String?

    public init(network: Network, layer: String?) {
        self.network = network
        self.layer = layer
    }

    /// "the generator's gradient of '3.weight'".
    public var description: String {
        layer.map { "the \(network)'s gradient of '\($0)'" } ?? "the \(network)'s loss or a batch statistic"
    }
}

extension ContributionLayout {
    /// Finds where a contribution is not finite.
    ///
    /// Of several parameters it names the one that the backward pass came to first, which is the last of the layout: there
    /// it began, for what is not finite makes all gradients behind it not finite too. The discriminator comes before the
    /// generator.
    ///
    /// - Parameter contribution: a shard's contribution to a round of this kind, or a sum of several [count(kind)].
    func firstNonfinite(
        in contribution: UnsafePointer<Float>, of kind: RoundKind, _ networks: Networks
    ) -> NonfiniteValue? {
        let count = count(kind)
        let place = ck_first_nonfinite(contribution, count)
        guard place < count else { return nil }
        let sections: [(Network, Int?)] = [
            (.discriminator, discriminatorOffset(kind)), (.generator, generatorOffset(kind)),
        ]
        for case (let network, let offset?) in sections {
            for entry in networks.layout(of: network).parameters.reversed() {
                let length = entry.shape.count
                if ck_first_nonfinite(contribution + offset + entry.offset, length) < length {
                    return NonfiniteValue(network: network, layer: entry.name)
                }
            }
        }
        let isGenerators = generatorOffset(kind).map { place >= $0 } ?? false
        return NonfiniteValue(network: isGenerators ? .generator : .discriminator, layer: nil)
    }
}

extension ShardEngine {
    /// Finds where a contribution is not finite: of several parameters, the one that the backward pass came to first.
    ///
    /// - Parameter contribution: `contributionCount(kind)` elements.
    public func firstNonfinite(in contribution: UnsafePointer<Float>, of kind: RoundKind) -> NonfiniteValue? {
        programs.layout.firstNonfinite(in: contribution, of: kind, programs.networks)
    }
}
