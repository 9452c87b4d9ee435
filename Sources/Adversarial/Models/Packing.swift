import TensorCore

extension ModelSettings {
    /// What the discriminator is built from: with packing, for images of `packing` times as many channels.
    var ofDiscriminator: ModelSettings {
        var settings = self
        settings.imageChannels *= packing
        return settings
    }
}

extension Tensor {
    /// Samples packed for a discriminator that decides on several at once: `count` neighbours of the batch, one behind the
    /// other along the last axis (Lin et al., "PacGAN: the power of two samples in generative adversarial networks", 2018).
    ///
    /// `[batch, …, channels] → [batch / count, …, count · channels]`
    ///
    /// - Precondition: `count` divides the batch.
    package func packed(_ count: Int) -> Tensor {
        guard count > 1 else { return self }
        precondition(shape[0] % count == 0, "packs of \(count) of a batch of \(shape[0])")
        let sample = Array(shape.dimensions.dropFirst())
        let apart = reshaped(to: Shape([shape[0] / count, count] + sample))
        // The sample's last axis stays last, the pack's comes in front of it.
        let rank = apart.shape.rank
        let moved = apart.transposed([0] + Array(2..<rank - 1) + [1, rank - 1])
        return moved.reshaped(
            to: Shape([shape[0] / count] + sample.dropLast() + [count * sample[sample.count - 1]]))
    }

    /// A number for each decision, for each of its samples: `[batch / count] → [batch]`.
    func unpacked(_ count: Int) -> Tensor {
        guard count > 1 else { return self }
        return reshaped(to: [shape[0], 1]).broadcast(to: [shape[0], count]).reshaped(to: [shape[0] * count])
    }
}
