extension DatasetSpecification {
    /// Opens the data set and fits its samples to what the networks take.
    ///
    /// Images of another size are resized (antialiased, bilinear) so that the shorter side fits, and cropped at the centre;
    /// gray becomes RGB by repetition, RGB gray by luminance.
    ///
    /// - Parameters:
    ///   - shape: what the networks take.
    ///   - seed: of the procedural data sets; the others do not use it.
    ///   - images: how the images of a folder become samples.
    ///   - list: the files to take of a folder of images, where that was fixed before.
    /// - Throws: `DatasetError` when the data set is missing or broken, or points are asked of images or images of points.
    package func open(
        shape: SampleShape, seed: UInt64, split: DatasetSplit = .train, images: ImageSettings = ImageSettings(),
        list: FileList? = nil
    ) throws -> any SampleSource {
        if case .images = self, let list, case .image(let height, let width, let channels) = shape {
            return try ImageFolderSource(
                folder: path, list: list, height: height, width: width, channels: channels, settings: images)
        }
        switch shape {
        case .vector(let dimensions): return try openPoints(dimensions: dimensions, seed: seed, split: split)
        case .image(let height, let width, let channels):
            return try openImages(
                height: height, width: width, channels: channels, seed: seed, split: split, images)
        }
    }

    /// Opens the data set with its samples as they are; a folder of images, whose images may have any size, as `shape`.
    package func openUnadapted(
        imageShape: SampleShape = .image(height: 64, width: 64, channels: 3), seed: UInt64,
        split: DatasetSplit = .train,
        images: ImageSettings = ImageSettings()
    ) throws -> any SampleSource {
        switch self {
        case .glyphs: return GlyphSource(seed: seed, split: split)
        case .ring2D: return MixtureSource.ring(seed: seed, split: split)
        case .grid2D: return MixtureSource.grid(seed: seed, split: split)
        case .mnist: return try MNISTSource(folder: path, split: split)
        case .fashionMNIST:
            return try MNISTSource(
                folder: path, split: split, title: "Fashion-MNIST", fetchName: "fashion-mnist",
                classNames: MNISTSource.garments)
        case .stackedMNIST: return try StackedMNISTSource(folder: path, seed: seed, split: split)
        case .cifar10: return try CIFAR10Source(folder: path, split: split)
        case .images:
            guard case .image(let height, let width, let channels) = imageShape else {
                throw DatasetError(.usage, "\(self): images are no points; expected the shape of an image")
            }
            return try ImageFolderSource(
                folder: path, height: height, width: width, channels: channels, split: split, settings: images)
        }
    }

    private var path: String { absolute().folder ?? "" }

    private func openPoints(dimensions: Int, seed: UInt64, split: DatasetSplit) throws -> any SampleSource {
        guard self == .ring2D || self == .grid2D, dimensions == 2 else {
            throw DatasetError(
                .usage,
                "--data: the networks of this preset take points in \(dimensions) dimensions, and \(self) is a set of "
                    + "images; expected ring-2d or grid-2d; choose one of these or a preset for images, such as dcgan-28"
            )
        }
        return try openUnadapted(seed: seed, split: split)
    }

    private func openImages(
        height: Int, width: Int, channels: Int, seed: UInt64, split: DatasetSplit, _ images: ImageSettings
    ) throws -> any SampleSource {
        let shape = SampleShape.image(height: height, width: width, channels: channels)
        guard self != .ring2D, self != .grid2D else {
            throw DatasetError(
                .usage,
                "--data: the networks of this preset take images (\(shape)), and \(self) is a set of points; expected one of "
                    + DatasetSpecification.forms.filter { !$0.hasSuffix("-2d") }.joined(separator: ", ")
                    + "; choose one of these or the preset \(self)")
        }
        let source = try openUnadapted(imageShape: shape, seed: seed, split: split, images: images)
        if source.shape == shape { return source }
        return AdaptedSource(source, height: height, width: width, channels: channels)
    }
}
