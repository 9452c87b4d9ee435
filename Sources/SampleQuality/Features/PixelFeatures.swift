import Datasets
import FileFormats

/// Coordinates of an image along the principal components of the training pixels. Pixels are from 0 to 1; large images are
/// averaged down first (`PixelReduction`).
package struct PixelFeatures: FeatureExtractor {
    /// Components that are kept, where there are as many.
    package static let componentCount = 64

    package let name = "pixels"
    package let identity: String
    package let space: PrincipalComponents
    private let reduction: PixelReduction
    private let shape: SampleShape

    package var dimensions: Int { space.count }

    /// - Parameters:
    ///   - training: images, [count, height, width, channels], which set the components; two or more.
    ///   - shape: of an image.
    package init(training images: [Float], shape: SampleShape, components: Int = PixelFeatures.componentCount) {
        let reduction = PixelReduction(of: shape)
        space = PrincipalComponents(
            of: GaussianStatistics(of: reduction(images), dimension: reduction.dimension), count: components)
        (self.reduction, self.shape) = (reduction, shape)
        var hash = SHA256()
        hash.update("pixel features, version 1\n")
        for values in [space.mean, space.components] { values.map(Float.init).withUnsafeBytes { hash.update($0) } }
        identity = String(hash.hexadecimal.prefix(16))
    }

    package func features(of images: [Float], count: Int) throws -> [Float] {
        try shape.expect(images, count: count, of: name)
        return space.project(reduction(images)).map { Float($0) }
    }
}
