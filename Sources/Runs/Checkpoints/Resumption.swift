import Adversarial
import FileFormats
import RunConfiguration

/// A run that is to go on from a checkpoint: what its configuration may change, and what to type for the rest.
package struct Resumption {
    /// The run's directory.
    package let run: String
    package let checkpoint: Checkpoint
    /// The checkpoint's file.
    package let path: String
    /// The command that goes on with it.
    package let command: RunCommand
    /// What the checkpoint was made with; nil if that cannot be read.
    private let own: Configuration?

    package init(run: String, checkpoint: Checkpoint, path: String, command: RunCommand = .train) {
        self.command = command
        self.run = run
        self.checkpoint = checkpoint
        self.path = path
        own = try? Configuration(yaml: checkpoint.configuration, file: path)
    }

    /// - Throws: `RunError` if the run cannot go on with this configuration; it then says what can be typed instead.
    package func check(_ configuration: Configuration) throws {
        if let own, own.start != configuration.start {
            throw RunError(
                .usage, at: "start.checkpoint", "cannot be changed: the run has begun",
                expected: own.start.checkpoint ?? "none", found: configuration.start.checkpoint ?? "none",
                advice: "leave it as it was")
        }
        guard configuration.recipe.steps >= checkpoint.step else {
            throw RunError(
                .usage, at: run, "the run is at step \(checkpoint.step) already",
                expected: "steps of \(checkpoint.step) or more", found: "\(configuration.recipe.steps)",
                advice:
                    "nothing was changed; give the step to train to, or begin a new run from an earlier checkpoint with"
                    + " --from")
        }
        do {
            try checkpoint.expect(configuration, path: path)
        } catch var error as RunError {
            guard let own else { throw error }
            if own.withoutFreeSteps.recipe.steps != configuration.withoutFreeSteps.recipe.steps,
                let scheduled = own.scheduled, configuration.scheduled != nil
            {
                error = RunError(
                    .configuration, at: run, "\(scheduled.subject) \(course(own, scheduled.fallsToZero))",
                    expected: "steps \(own.recipe.steps)",
                    found: "\(configuration.recipe.steps)")
            }
            error.advice = "nothing was changed; \(advice(for: configuration))"
            throw error
        }
    }

    /// What a schedule has done, or will do, until the run's last step.
    private func course(_ own: Configuration, _ fallsToZero: Bool) -> String {
        let steps = own.recipe.steps
        if checkpoint.step >= steps {
            return fallsToZero
                ? "ended at 0 at step \(steps), over which it fell" : "ended at step \(steps), over which it changed"
        }
        return
            "\(fallsToZero ? "falls to 0" : "changes") over the run's \(steps) steps, of which \(checkpoint.step) are done"
    }

    private func advice(for configuration: Configuration) -> String {
        if let mismatch = configuration.recipe.firstMismatch(with: checkpoint.tensors) {
            return "the networks would be others (tensor '\(mismatch.name)'): start another run with --run"
        }
        return "start a new run from it: \(newRun(configuration))"
    }

    /// The command that begins a new run from this one's newest checkpoint with what `configuration` changes.
    private func newRun(_ configuration: Configuration) -> String {
        let changes = own.map { configuration.keys(differingFrom: $0) } ?? []
        return NewRunCommand.text(
            from: run, beside: run, command: command,
            changes: changes.filter { $0.section != "start" }.map { ($0.path, $0.value(in: configuration)) })
    }

    /// What there is to say of a run that has nothing left to do; nil of any other.
    package func finished(_ configuration: Configuration) -> String? {
        let steps = configuration.recipe.steps
        guard checkpoint.step == steps else { return nil }
        let lead = "\(run) is finished: it is at step \(steps) of \(steps). Nothing was changed."
        if let scheduled = configuration.scheduled {
            let end = scheduled.fallsToZero ? "Its learning rate has fallen to 0" : "Its schedules have ended"
            return lead + "\n\(end); start a new run from it with: "
                + NewRunCommand.text(from: run, beside: run, command: command, changes: [("steps", "\(steps)")])
        }
        return lead + "\nMake it longer with: \(command.resuming(run, "--steps", "\(2 * steps)"))"
    }
}

extension Configuration {
    /// What changes over the steps, as the subject of a sentence: a learning rate that falls to 0 where there is one.
    fileprivate var scheduled: (subject: String, fallsToZero: Bool)? {
        let rates = [recipe.generatorOptimizer, recipe.discriminatorOptimizer].map(\.learningRate)
        if rates.contains(where: { !$0.isConstant }) {
            return ("the learning rate", rates.contains { !$0.isConstant && $0.end == 0 })
        }
        return recipe.isScheduled ? ("what is scheduled", false) : nil
    }
}
