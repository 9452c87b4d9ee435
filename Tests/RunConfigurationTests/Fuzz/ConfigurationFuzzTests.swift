import Foundation
import RunConfiguration
import TestSupport
import Testing

/// Good configurations made wrong in every way that a seed finds. What is accepted is in range: it can be written, and read
/// back as the same.
@Suite struct ConfigurationFuzzTests {
    private static let words = [
        "preset", "steps", "seed", "batch", "shards", "shardBatch", "generator", "optimizer", "learningRate", "beta1",
        "output", "cluster", "workers", "data", "source", "dcgan-28", "ring-2d", "true", "null", "~", "&a", "*a", "<<",
        "!!int", "!!binary", "|", ">", "- ", "? ", ": ", "[", "]", "{", "}", "'", "\"", "#", "%YAML 9.9", "---", "...",
        "\t",
        "\u{FEFF}", "\\x", "e\u{301}",
    ]

    @Test func isReadOrRefused() throws {
        let samples = try [Preset.dcgan28, .lenet28, .ring2D].map { preset in
            let configuration = Configuration(preset: preset)
            _ = try configuration.dataset()
            return Array(configuration.resolvedYAML().utf8)
        }
        let outcome = try FuzzCampaign(file: "fuzzed.yaml", iterations: 800).run { random in
            var text = samples[random.below(samples.count)]
            TextMutation.apply(to: &text, words: Self.words, &random)
            return text
        } sentence: {
            ($0 as? RunError).flatMap { [.configuration, .missing].contains($0.category) ? $0.description : nil }
        } read: { path in
            let configuration = try Configuration.resolve(file: path)
            guard configuration.recipe.shards > 0, configuration.recipe.steps > 0 else { return "\(configuration)" }
            let again = try Configuration(yaml: configuration.resolvedYAML(), file: path)
            return again == configuration ? nil : "is another when written: \(configuration), \(again)"
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > outcome.accepted)
        #expect(outcome.memoryGrowth < 1 << 30)
    }
}
