extension DatasetSpecification {
    /// The shape that the samples of the data set have by themselves; nil for images of any size, and for procedural ones, which are
    /// drawn for any.
    package var naturalShape: SampleShape? {
        switch self {
        case .mnist, .fashionMNIST: .image(height: 28, width: 28, channels: 1)
        case .cifar10: .image(height: 32, width: 32, channels: 3)
        case .ring2D, .grid2D: .vector(2)
        case .glyphs, .images: nil
        }
    }
}
