import Adversarial
import Coordination
import Foundation
import RunConfiguration
import Runs

/// What a run's end by an error says beyond the error: from which checkpoint to go on, and how.
enum TrainingFailure {
    /// Numbers that are not finite come again at the same step: the way on is a new run with lower rates.
    ///
    /// - Parameters:
    ///   - checkpoint: the newest one that the run has written.
    ///   - run: the run's directory.
    ///   - command: the one that the run was begun with.
    static func explained(
        _ error: any Error, configuration: Configuration, checkpoint: String?, run: String, command: RunCommand
    ) -> any Error {
        guard isNumeric(error) else { return error }
        let lead = "training: "
        let text = "\(error)"
        let changes = lowered(configuration)
        let way =
            if let checkpoint {
                "the checkpoint \(checkpoint) is good: start a new run from it with lower rates: "
                    + NewRunCommand.text(from: checkpoint, beside: run, command: command, changes: changes)
            } else {
                "there is no checkpoint yet: start again with lower rates: "
                    + changes.map { "--set \($0.key)=\($0.value)" }.joined(separator: " ")
            }
        return RunError(
            .data, at: "training", text.hasPrefix(lead) ? String(text.dropFirst(lead.count)) : text, advice: way)
    }

    private static func isNumeric(_ error: any Error) -> Bool {
        switch error {
        case CoordinationError.notFinite, AdversarialError.notFinite, AdversarialError.tooLarge: true
        default: false
        }
    }

    /// A tenth of both learning rates, to two digits.
    private static func lowered(_ configuration: Configuration) -> [(key: String, value: String)] {
        func tenth(_ rate: Double) -> Double { Double(String(format: "%.1e", rate / 10)) ?? rate / 10 }
        var lower = configuration
        lower.recipe.generatorOptimizer.learningRate.start = tenth(
            configuration.recipe.generatorOptimizer.learningRate.start)
        lower.recipe.discriminatorOptimizer.learningRate.start = tenth(
            configuration.recipe.discriminatorOptimizer.learningRate.start)
        return lower.keys(differingFrom: configuration).map { ($0.path, $0.value(in: lower)) }
    }
}
