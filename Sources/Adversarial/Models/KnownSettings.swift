import NeuralNetworks

// The networks of the presets that have a peer in PyTorch.
extension ModelSettings {
    /// 28×28 gray: LeNet as discriminator.
    public static let lenet28 = ModelSettings(model: "lenet", generatorNorm: .none, discriminatorNorm: .none)
    /// 28×28 gray: fully connected.
    public static let mlp28 = ModelSettings(model: "perceptron", generatorNorm: .none, discriminatorNorm: .none)
    /// 28×28 gray: DCGAN between linear ends.
    public static let dcgan28 = ModelSettings(model: "dcgan", options: ["dcgan.ends": "linear"])
    /// 64×64 colour: DCGAN as in the paper.
    public static let dcgan64 = ModelSettings(model: "dcgan", imageHeight: 64, imageWidth: 64, imageChannels: 3)
    /// Points of the plane.
    public static let points2D = ModelSettings(
        model: "points", latentSize: 2, generatorNorm: .none, discriminatorNorm: .none)
}
