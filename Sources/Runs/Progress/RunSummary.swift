import Adversarial
import FileFormats
import UserErrors

/// What a finished run gave, and where it lies.
package struct RunSummary: Sendable, Hashable {
    package var directory: String
    package var step: UInt64
    package var seconds: Double
    package var imagesPerSecond: Double
    package var unit: String
    package var metrics: StepMetrics?
    /// Paths that exist, or nil.
    package var samples: String?
    package var checkpoint: String?
    /// The run was stopped before its last step.
    package var isInterrupted: Bool
    /// The verdict on the training itself.
    package var health: String?
    /// Why the run ended by itself before its last step, and how it goes on all the same.
    package var ending: Ending?
    /// The command that goes on with it.
    package var command: RunCommand

    /// An end that a condition brought about.
    package struct Ending: Sendable, Hashable {
        package var reason: String
        /// The flags with which the run goes on.
        package var flags: [String]

        package init(reason: String, flags: [String]) {
            self.reason = reason
            self.flags = flags
        }
    }

    package init(
        directory: String, step: UInt64, seconds: Double, imagesPerSecond: Double, unit: String = "images",
        metrics: StepMetrics? = nil, samples: String? = nil, checkpoint: String? = nil, isInterrupted: Bool = false,
        health: String? = nil, ending: Ending? = nil, command: RunCommand = .train
    ) {
        self.command = command
        self.directory = directory
        self.step = step
        self.seconds = seconds
        self.imagesPerSecond = imagesPerSecond
        self.unit = unit
        self.metrics = metrics
        self.samples = samples
        self.checkpoint = checkpoint
        self.isInterrupted = isInterrupted
        self.health = health
        self.ending = ending
    }

    /// Several lines for the end of a run.
    package var text: String {
        var lines: [String] = []
        let time = ProgressText.duration(seconds) ?? "?"
        let rate = ProgressText.count(imagesPerSecond).map { ", \($0) \(unit)/s" } ?? ""
        lines.append(
            "\(isInterrupted ? "Stopped" : "Finished") at step \(step) after \(time)\(rate)"
                + (ending.map { ": \($0.reason)." } ?? "."))
        if let metrics {
            lines.append("  last step    " + ScoreText.parts(metrics).joined(separator: ", "))
        }
        if let health { lines.append("  health       \(health)") }
        if let samples { lines.append("  samples      \(samples)") }
        if let checkpoint { lines.append("  checkpoint   \(checkpoint)") }
        lines.append("  metrics      \(directory)/metrics.jsonl")
        lines.append(
            isInterrupted
                ? "Go on with: \(command.line(["--run", directory, "--resume"] + (ending?.flags ?? [])))"
                : "Draw more with: \(ProgramName.current) sample --run \(ShellWord.quoted(directory)) --count 64 --format grid --out grid.png"
        )
        return lines.joined(separator: "\n")
    }
}
