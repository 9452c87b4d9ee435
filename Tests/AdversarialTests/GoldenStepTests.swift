import Adversarial
import Foundation
import Testing

/// Three whole training steps of the families, with classes, spectral norm, relativistic losses, penalties,
/// DiffAugment, packing and minibatch standard deviation.
///
/// The reference is PyTorch in float64; the error allowed is four times that of PyTorch in float32.
@Suite struct GoldenStepTests {
    private struct Errors {
        private let values: [String: Any]

        init(_ json: String) throws {
            let object = try JSONSerialization.jsonObject(with: Data(json.utf8))
            values = try #require(object as? [String: Any])
        }

        func bound(_ key: String, step: Int) throws -> Double {
            let bounds = try #require(values[key] as? [Double], "no bound for \(key)")
            return 4 * bounds[step]
        }

        func metric(_ key: String, step: Int) throws -> Double {
            let metrics = try #require(values["metrics"] as? [String: [Double]])
            let bounds = try #require(metrics[key])
            return 4 * bounds[step]
        }

        func bound(_ key: String) throws -> Double {
            let bound = try #require(values[key] as? Double, "no bound for \(key)")
            return 4 * bound
        }
    }

    /// Names of the metrics here and there.
    private static let metrics = [
        "discriminatorLoss": "discriminatorLoss", "generatorLoss": "generatorLoss", "valueFunction": "valueFunction",
        "scoreDifference": "difference", "discriminatorGradientNorm": "discriminatorGradientNorm",
        "generatorGradientNorm": "generatorGradientNorm",
    ]

    @Test(arguments: [
        "resnet-conditional", "resnet-relativistic", "dcgan-conditional", "dcgan-relativistic", "dcgan-augmented",
        "dcgan-packed", "resnet-augmented",
    ])
    func threeSteps(_ name: String) throws {
        let trial = try GoldenSteps(name)
        let errors = try #require(trial.golden.file.metadata["float32_error_largest"])
        let allowed = try Errors(errors)
        let steps = try trial.golden.integer("steps")
        for step in 0..<steps {
            let result = try trial.step(step)
            for (ours, theirs) in Self.metrics {
                guard var value = result.metrics[ours] else { continue }
                // PyTorch's is the objective, with its penalties.
                if ours == "discriminatorLoss" {
                    value += ["r1Penalty", "r2Penalty"].compactMap { result.metrics[$0] }.reduce(0, +)
                }
                let reference = try trial.golden.doubles("metrics/\(theirs)")[step]
                let error = abs(value - reference) / abs(reference)
                let bound = try allowed.metric(theirs, step: step)
                #expect(
                    error <= bound,
                    "step \(step): \(ours) is \(value) instead of \(reference)")
            }
            for (network, sum) in [(Network.discriminator, result.discriminator), (.generator, result.generator)] {
                let gradient = try trial.gradientError(network, sum, step: step)
                let gradientBound = try allowed.bound("\(network)_gradient", step: step)
                #expect(
                    gradient <= gradientBound,
                    "step \(step): the \(network)'s gradient is off by \(gradient)")
                for (kind, suffixes, key) in [
                    ("parameter", [], "parameters"), ("buffer", ["running_mean", "running_var"], "running"),
                    ("buffer", ["._u", "._v"], "spectral"),
                ] as [(String, [String], String)] {
                    guard let error = try trial.stateError(network, kind, suffixes: suffixes, step: step) else {
                        continue
                    }
                    let bound = try allowed.bound("\(network)_\(key)", step: step)
                    #expect(
                        error <= bound,
                        "step \(step): the \(network)'s \(key) are off by \(error)")
                }
            }
        }
        let evaluation = try trial.evaluation(step: steps)
        let (imageBound, logitBound) = (try allowed.bound("evaluation_images"), try allowed.bound("evaluation_logits"))
        #expect(evaluation.images <= imageBound, "images: \(evaluation.images)")
        #expect(evaluation.logits <= logitBound, "logits: \(evaluation.logits)")
    }
}
