import Datasets

/// Which features samples are compared by, as `--features` names them.
package enum FeatureChoice: String, Sendable, CaseIterable, Hashable {
    /// Those of a classifier of the data.
    case judge
    /// Those of a convolutional network with random weights.
    case random
    /// Principal components of the training pixels.
    case pixels
}

/// Finds the classifier of a data set.
package enum KnownJudges {
    /// - Parameters:
    ///   - training: the images that a generator is trained on.
    ///   - heldOut: images that are kept from it; nil where there are none.
    ///   - say: takes lines for the user.
    /// - Returns: nil where no classifier of the data is known.
    package static func classifier(
        for training: any SampleSource, heldOut: (any SampleSource)?, say: (String) -> Void
    ) throws -> (any ImageClassifier)? {
        nil
    }
}
