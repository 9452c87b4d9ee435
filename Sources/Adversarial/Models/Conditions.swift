import NeuralNetworks
import TensorCore

/// The class beside the latent: z ← (z, e(y)) with an embedding e; the latent alone without classes.
struct LatentCondition: Sendable {
    private let embedding: Embedding?
    /// Elements of what the generator's first layer reads.
    let size: Int

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        guard settings.isConditional, settings.conditioning.usesEmbedding else {
            embedding = nil
            size = settings.latentSize
            return
        }
        let length = min(settings.latentSize, 32)
        embedding = Embedding("embedding", classes: settings.classes, size: length, in: &layout)
        size = settings.latentSize + length
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        guard let embedding else { return latent }
        return Tensor.concatenated([latent, embedding(pass.requiredLabels, pass)], axis: 1)
    }
}

/// A discriminator's projection: logits + ⟨e(y), h⟩, where h is what the last layer reads (Miyato and Koyama, "cGANs with
/// projection discriminator", 2018); the logits alone without classes.
struct Projection: Sendable {
    private let embedding: Embedding?

    /// - Parameters:
    ///   - size: elements of h.
    ///   - features: the image that was flattened into h, if one was.
    init(_ settings: ModelSettings, size: Int, features: ImageFeatures? = nil, in layout: inout NetworkLayout) {
        embedding =
            settings.isConditional
            ? Embedding(
                "embedding", classes: settings.classes, size: size, features: features,
                spectral: settings.spectral(settings.discriminatorNorm), in: &layout) : nil
    }

    /// - Parameters:
    ///   - logits: `[batch, 1]`
    ///   - h: `[batch, size]`
    func callAsFunction(_ logits: Tensor, _ h: Tensor, _ pass: ForwardPass) -> Tensor {
        guard let embedding else { return logits }
        let product = embedding(pass.requiredLabels, pass) * h
        return logits + product.sum(axes: [1], keepingDimensions: true)
    }
}
