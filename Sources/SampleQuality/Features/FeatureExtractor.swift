/// A map from images to vectors between which distances mean something.
package protocol FeatureExtractor: Sendable {
    /// As `--features` names it.
    var name: String { get }
    /// What tells this map from any other of the name, for reports: a hash of its weights.
    var identity: String { get }
    /// Elements of a feature vector.
    var dimensions: Int { get }

    /// The features of images, [count, dimensions].
    ///
    /// - Parameter images: values in [0, 1], [count, height, width, channels].
    /// - Throws: an error for the user where the images do not have the shape that the map expects.
    func features(of images: [Float], count: Int) throws -> [Float]
}

/// A feature map that also tells classes apart.
package protocol ImageClassifier: FeatureExtractor {
    var classNames: [String] { get }

    /// The features, and the probability of each class, [count, classNames.count].
    func classify(_ images: [Float], count: Int) throws -> (features: [Float], probabilities: [Float])
}
