import Adversarial
import Foundation
import NeuralNetworks
import RunConfiguration
import Runs
import TestSupport
import Testing

/// A training state goes through a checkpoint's file unchanged, and only into the configuration that it belongs to.
final class CheckpointStateTests {
    private let path = temporaryPath()
    private let configuration = Configuration(preset: .dcgan28)
    private lazy var checkpoint = Checkpoint(
        of: TrainingState(recipe: configuration.recipe), configuration: configuration, run: "r")

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @Test func theStateIsTheSameAfterwards() throws {
        try checkpoint.write(to: path)
        let read = try Checkpoint(contentsOf: path)
        let state = try read.trainingState(for: configuration, path: path)
        let again = Checkpoint(of: state, configuration: configuration, run: "another")
        #expect(again.parametersSHA256 == checkpoint.parametersSHA256)
        #expect(state.counters == TrainingState(recipe: configuration.recipe).counters)
        #expect(state.nextRound?.number == 0)
    }

    @Test func tensorsThatDoNotFitAreNamed() throws {
        let index = try #require(checkpoint.tensors.firstIndex { $0.name == "generator.0.weight" })
        let tensor = checkpoint.tensors[index]
        func sentence(_ change: (inout Checkpoint) -> Void) throws -> String {
            var changed = checkpoint
            change(&changed)
            let error = try #require(
                #expect(throws: RunError.self) {
                    _ = try changed.trainingState(for: self.configuration, path: "c.safetensors")
                })
            #expect(error.exitCode == 65)
            #expect(error.description.hasPrefix("c.safetensors: "))
            return error.description
        }
        #expect(try sentence { $0.tensors.remove(at: index) }.contains("generator.0.weight"))
        #expect(try sentence { $0.tensors[index].shape = tensor.shape.reversed() }.contains("generator.0.weight"))
        #expect(
            try sentence { $0.tensors.append(NamedTensor(name: "extra", shape: [1], values: .float32([0]))) }
                .contains("extra"))
        #expect(try sentence { $0.counters["round"] = nil }.contains("'round'"))
        #expect(try sentence { $0.counters["generatorVersion"] = "-1" }.contains("'-1'"))
        #expect(try sentence { $0.counters["roundsInStep"] = "2" }.contains("2 rounds"))
    }

    /// A file may claim networks of any size: its tensors are looked at before memory is taken for them.
    @Test func networksThatTheTensorsAreNotOfAreNotMade() throws {
        var huge = configuration
        huge.recipe.model.generatorWidth = 8192
        huge.recipe.model.discriminatorWidth = 8192
        var changed = checkpoint
        changed.recipeDigest = huge.recipeDigest
        let error = #expect(throws: RunError.self) {
            _ = try changed.trainingState(for: huge, path: "c.safetensors")
        }
        #expect(error?.description.contains("'generator.0.weight' has shape [6272, 100]; expected") == true)
    }

    @Test func anotherConfigurationIsRefused() throws {
        let other = Configuration(preset: .lenet28)
        let error = #expect(throws: RunError.self) {
            _ = try self.checkpoint.trainingState(for: other, path: "c.safetensors")
        }
        #expect(error?.description.contains("architecture; expected lenet, got dcgan") == true)
    }

    /// ADA's probability is kept by name, goes through the file, and must be one that training writes.
    @Test func theAugmentationsProbabilityIsPartOfTheState() throws {
        let adaptive = try configuration.with(
            ["augmentation=diffaugment", "augmentation.probability=ada"].map {
                try ConfigurationOverride(assignment: $0)
            })
        let state = TrainingState(recipe: adaptive.recipe)
        var counters = state.counters
        counters.adaptiveAugmentation = AdaptiveAugmentation(probability: 0.1 + 0.2, signSum: 0)
        let advanced = try TrainingState(recipe: adaptive.recipe, tensors: state.tensors(), counters: counters)
        let written = Checkpoint(of: advanced, configuration: adaptive, run: "r")
        try written.write(to: path)
        let read = try Checkpoint(contentsOf: path).trainingState(for: adaptive, path: path)
        #expect(read.counters == counters)
        #expect(read.nextRound?.augmentationProbability == 0.1 + 0.2)

        for (name, value, words) in [
            ("augmentationProbability", nil, "has no counter 'augmentationProbability'; expected a number"),
            ("augmentationProbability", "nan", "got 'nan'"), ("augmentationProbability", "1.5", "from 0 to 1"),
            ("augmentationSignSum", nil, "has no counter 'augmentationSignSum'"),
            ("augmentationSignSum", "0.5", "that training writes"),
        ] as [(String, String?, String)] {
            var changed = written
            changed.counters[name] = value
            let error = #expect(throws: RunError.self) {
                _ = try changed.trainingState(for: adaptive, path: "c.safetensors")
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
        var foreign = checkpoint
        foreign.counters["augmentationProbability"] = "0.5"
        let error = #expect(throws: RunError.self) {
            _ = try foreign.trainingState(for: self.configuration, path: "c.safetensors")
        }
        #expect(error?.description.contains("'augmentationProbability' that training does not write") == true)
    }
}
