/// All figures of a set of samples against a reference.
package struct FigureSet: Sendable {
    package private(set) var figures: [Figure] = []
    /// Figures that cannot be taken, and why.
    package private(set) var leftOut: [(kind: Figure.Kind, reason: String)] = []

    /// Features of a set, and of a classifier the classes' probabilities, [count, classes].
    package struct Features: Sendable {
        package var matrix: FeatureMatrix
        package var score: ClassifierScore?

        package init(_ matrix: FeatureMatrix, score: ClassifierScore? = nil) {
            (self.matrix, self.score) = (matrix, score)
        }
    }

    /// What sets of samples are compared with.
    package struct Reference: Sendable {
        package let features: Features
        let manifold: Manifold

        package init(_ features: Features) {
            self.features = features
            manifold = Manifold(
                features.matrix, most: max(PrecisionRecall.neighbours, DensityCoverage.neighbours))
        }
    }

    package subscript(kind: Figure.Kind) -> Figure? { figures.first { $0.kind == kind } }

    /// - Parameters:
    ///   - samples: generated ones, or real ones in their place.
    ///   - nearest: of the samples and of held-out images, the nearest training images; nil where nothing is held out.
    package init(_ samples: Features, against reference: Reference, memorisation: Memorisation?) {
        guard samples.matrix.isFinite, reference.features.matrix.isFinite else {
            leftOut = Figure.Kind.allCases.map { ($0, "the samples' features are not finite") }
            return
        }
        addFrechet(samples.matrix, reference.features.matrix)
        addKernelDistance(samples.matrix, reference.features.matrix)
        addNeighbourhoods(samples.matrix, reference.manifold)
        if let score = samples.score, let real = reference.features.score { addScore(score, real) }
        if let memorisation {
            let ratio = memorisation.ratio
            // Held-out images that are all in the training set leave nothing to divide by.
            if ratio.isFinite {
                figures.append(
                    Figure(
                        .memorisation, ratio,
                        interval: Bootstrap.interval(ratio, resampled: memorisation.bootstrap(seed: 0))))
            } else {
                leftOut.append((.memorisation, "held-out images are training images too"))
            }
        } else {
            leftOut.append((.memorisation, "no images are held out (data.holdOut)"))
        }
    }

    private mutating func addFrechet(_ samples: FeatureMatrix, _ reference: FeatureMatrix) {
        let (fewest, dimensions) = (min(samples.count, reference.count), samples.dimensions)
        guard fewest > dimensions else {
            let few = fewest == 1 ? "1 image gives no covariance" : "\(fewest) images give no covariance of full rank"
            return leftOut.append(
                (.frechetDistance, "\(few) in \(dimensions) dimensions; expected \(dimensions + 1) or more"))
        }
        let distance = FrechetDistance.between(GaussianStatistics(of: samples), GaussianStatistics(of: reference))
        let interval =
            dimensions <= FrechetDistance.mostBootstrapDimensions
            ? Bootstrap.interval(distance, resampled: FrechetDistance.bootstrap(reference, samples, seed: 0)) : nil
        figures.append(Figure(.frechetDistance, distance, interval: interval))
    }

    private mutating func addKernelDistance(_ samples: FeatureMatrix, _ reference: FeatureMatrix) {
        guard min(samples.count, reference.count) >= 6 else {
            return leftOut.append((.kernelDistance, "too few samples for subsets; expected 6 or more"))
        }
        let distance = KernelDistance(real: reference, generated: samples)
        figures.append(Figure(.kernelDistance, distance.mean, deviation: distance.deviation))
    }

    private mutating func addNeighbourhoods(_ samples: FeatureMatrix, _ reference: Manifold) {
        let needed = DensityCoverage.neighbours + 1
        guard min(samples.count, reference.features.count) >= needed else {
            let reason = "too few samples for neighbourhoods; expected \(needed) or more"
            for kind in [Figure.Kind.precision, .recall, .density, .coverage] { leftOut.append((kind, reason)) }
            return
        }
        let manifolds = PrecisionRecall(real: reference, generated: samples)
        let density = DensityCoverage(real: reference, generated: samples)
        for (kind, values) in [
            (Figure.Kind.precision, manifolds.precise), (.recall, manifolds.recalled), (.density, density.densities),
            (.coverage, density.covered),
        ] {
            figures.append(
                Figure(kind, Bootstrap.mean(values), interval: Bootstrap.interval(ofMean: values, seed: 0)))
        }
    }

    private mutating func addScore(_ score: ClassifierScore, _ real: ClassifierScore) {
        let value = score.score
        figures.append(
            Figure(
                .classifierScore, value,
                interval: Bootstrap.interval(value, resampled: score.bootstrap(seed: 0), least: 1)))
        let divergence = ClassHistogram.divergence(generated: score.histogram, real: real.histogram)
        let resampled = ClassHistogram.bootstrap(predictions: score.predictions, real: real.histogram, seed: 0)
        figures.append(
            Figure(.classDivergence, divergence, interval: Bootstrap.interval(divergence, resampled: resampled)))
    }
}
