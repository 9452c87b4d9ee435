/// Which features samples are compared by, as `--features` names them.
package enum FeatureChoice: String, Sendable, CaseIterable, Hashable {
    /// Those of a classifier of the data.
    case judge
    /// Those of a convolutional network with random weights.
    case random
    /// Principal components of the training pixels.
    case pixels
    /// The 2,048 of the FID's Inception-v3, with weights that the user has.
    case inception
}
