import NeuralNetworks
import TensorCore

/// DCGAN for 64×64 colour images (Radford et al., 2016): latent → 4×4×8c → 8×8×4c → 16×16×2c → 32×32×c → 64×64×3.
struct DCGAN64Generator: NetworkModule {
    private let ups: [TransposedConvolution]
    private let norms: [BatchNorm]
    private let last: TransposedConvolution

    init(latentSize: Int, width: Int, in layout: inout NetworkLayout) {
        // Layers are numbered as in PyTorch's `Sequential`: (up, norm, ReLU) three by three after the unflatten.
        let channels = [latentSize, 8 * width, 4 * width, 2 * width, width]
        var ups: [TransposedConvolution] = []
        var norms: [BatchNorm] = []
        for index in 0..<4 {
            ups.append(
                TransposedConvolution(
                    "\(1 + 3 * index)", inputChannels: channels[index], outputChannels: channels[index + 1], kernel: 4,
                    stride: index == 0 ? 1 : 2, padding: index == 0 ? 0 : 1, bias: false,
                    initializer: DCGANInitialization.weight, in: &layout))
            norms.append(
                BatchNorm(
                    "\(2 + 3 * index)", features: channels[index + 1], initializer: DCGANInitialization.norm,
                    in: &layout))
        }
        self.ups = ups
        self.norms = norms
        last = TransposedConvolution(
            "13", inputChannels: width, outputChannels: 3, kernel: 4, stride: 2, padding: 1, bias: false,
            initializer: DCGANInitialization.weight, in: &layout)
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = latent.reshaped(to: [latent.shape[0], 1, 1, latent.shape[1]])
        for (up, norm) in zip(ups, norms) { x = norm(up(x, pass), pass).relu() }
        return last(x, pass).hyperbolicTangent()
    }
}

/// 64×64×3 → 32×32×c → 16×16×2c → 8×8×4c → 4×4×8c → 1.
struct DCGAN64Discriminator: NetworkModule {
    private let first: Convolution
    private let downs: [Convolution]
    private let norms: [BatchNorm]
    private let last: Convolution

    init(width: Int, in layout: inout NetworkLayout) {
        first = Convolution(
            "0", inputChannels: 3, outputChannels: width, kernel: 4, stride: 2, padding: 1, bias: false,
            initializer: DCGANInitialization.weight, in: &layout)
        var downs: [Convolution] = []
        var norms: [BatchNorm] = []
        for index in 0..<3 {
            let channels = width << index
            downs.append(
                Convolution(
                    "\(2 + 3 * index)", inputChannels: channels, outputChannels: 2 * channels, kernel: 4, stride: 2,
                    padding: 1, bias: false, initializer: DCGANInitialization.weight, in: &layout))
            norms.append(
                BatchNorm(
                    "\(3 + 3 * index)", features: 2 * channels, initializer: DCGANInitialization.norm, in: &layout))
        }
        self.downs = downs
        self.norms = norms
        last = Convolution(
            "11", inputChannels: 8 * width, outputChannels: 1, kernel: 4, bias: false,
            initializer: DCGANInitialization.weight, in: &layout)
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = first(image, pass).leakyRelu(slope: 0.2)
        for (down, norm) in zip(downs, norms) { x = norm(down(x, pass), pass).leakyRelu(slope: 0.2) }
        return last(x, pass).reshaped(to: [image.shape[0], 1])
    }
}
