import Adversarial
import FileFormats
import Foundation
import NeuralNetworks
import RunConfiguration
import Runs
import TestSupport
import Testing

/// Good checkpoints made wrong in every way that a seed finds: in their bytes, where the checksum must notice, and in what
/// they say with the checksum made right again, as a forger would.
@Suite struct CheckpointFuzzTests {
    private let configuration = Configuration(preset: .ring2D)

    @Test func aDamagedOneIsRefused() throws {
        let folder = try TemporaryFolder()
        try CheckpointTests.example().write(to: folder.file("good"))
        let good = try InputFile.bytes(of: folder.file("good"), limit: 1 << 20)
        let outcome = try FuzzCampaign(file: "step-000500.safetensors", iterations: 1000).run { random in
            var bytes = good
            ByteMutation.apply(to: &bytes, &random)
            return bytes
        } sentence: {
            ($0 as? RunError).flatMap { $0.category == .data ? $0.description : nil }
        } read: { path in
            let checkpoint = try Checkpoint(contentsOf: path)
            // A change and its reverse, or of spaces alone: what is read is what was written.
            let isSame = checkpoint.parametersSHA256 == CheckpointTests.example().parametersSHA256
            return isSame ? nil : "other values were accepted"
        }
        #expect(outcome.failure == nil)
        #expect(outcome.refused > 100 * outcome.accepted)
        #expect(outcome.memoryGrowth < 1 << 30)
    }

    @Test func aForgedOneIsRefusedOrGoesOn() throws {
        let good = Checkpoint(
            of: TrainingState(recipe: configuration.recipe), configuration: configuration, run: "0123456789abcdef")
        let folder = try TemporaryFolder()
        let outcome = try FuzzCampaign(file: "step-000000.safetensors", iterations: 200).run { random in
            var forged = good
            Self.forge(&forged, &random)
            try forged.write(to: folder.file("forged"))
            return try InputFile.bytes(of: folder.file("forged"), limit: 1 << 26)
        } sentence: {
            ($0 as? RunError).flatMap { [.data, .configuration].contains($0.category) ? $0.description : nil }
        } read: { path in
            let checkpoint = try Checkpoint(contentsOf: path)
            let own = try Configuration(yaml: checkpoint.configuration, file: path)
            let state = try checkpoint.trainingState(for: own, path: path)
            let again = Checkpoint(of: state, configuration: own, run: checkpoint.run)
            if again.parametersSHA256 != checkpoint.parametersSHA256 { return "goes on from another state" }
            guard let round = state.nextRound else { return nil }
            return round.step == checkpoint.step ? nil : "goes on at step \(round.step)"
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > outcome.accepted)
        #expect(outcome.memoryGrowth < 1 << 30)
        #expect(folder.names == ["forged"])
    }

    private static func forge(_ checkpoint: inout Checkpoint, _ random: inout SeededRandom) {
        let place = random.below(checkpoint.tensors.count)
        let number = TextMutation.numbers[random.below(TextMutation.numbers.count)]
        switch random.below(9) {
        case 0: checkpoint.tensors.remove(at: place)
        case 1: checkpoint.tensors[place].name += ["x", ".", "\u{0}", " "][random.below(4)]
        case 2: checkpoint.tensors[place].shape.reverse()
        case 3: checkpoint.tensors[place].shape += [[1], [1, 1], [1, 1, 1, 1, 1, 1, 1, 1]][random.below(3)]
        case 4: checkpoint.tensors[place].values = extreme(checkpoint.tensors[place].values, &random)
        case 5: checkpoint.step = ByteMutation.extremes[random.below(ByteMutation.extremes.count)]
        case 6:
            let name = checkpoint.counters.keys.sorted()[random.below(checkpoint.counters.count)]
            let changes = [nil, number, "0" + checkpoint.counters[name]!, checkpoint.counters[name]! + " x"]
            checkpoint.counters[name] = changes[random.below(4)]
            if random.chance(0.2) { checkpoint.counters["extra"] = number }
        case 7:
            var text = Array(checkpoint.configuration.utf8)
            TextMutation.apply(to: &text, words: ["ring-2d", "dcgan-64", "steps", "shards", "{", "-"], &random)
            checkpoint.configuration = String(decoding: text, as: UTF8.self)
            // A digest that fits, where the text is a configuration.
            let own = try? Configuration(yaml: checkpoint.configuration)
            checkpoint.recipeDigest = own?.recipeDigest ?? checkpoint.recipeDigest
        default: checkpoint.run = ["", "\n", number][random.below(3)]
        }
    }

    /// The values with one of them as large or as small as may be.
    private static func extreme(_ values: NamedTensor.Values, _ random: inout SeededRandom) -> NamedTensor.Values {
        switch values {
        case .float32(var floats):
            guard !floats.isEmpty else { return values }
            let extremes: [Float] = [
                .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0, -1,
            ]
            floats[random.below(floats.count)] = extremes[random.below(extremes.count)]
            return .float32(floats)
        case .int64: return .int64([[.min], [.max], [-1], [1 << 32]][random.below(4)])
        }
    }
}
