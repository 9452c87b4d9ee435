import Adversarial

/// How far a run is.
package struct TrainingProgress: ProgressLine, Hashable {
    /// What is trained, in a word: the preset.
    package var label: String
    /// Generator updates done, and to do in all.
    package var step: Int
    package var steps: Int
    /// The step that this process started from (0, or a resumed checkpoint's).
    package var firstStep: Int
    /// Since `firstStep`.
    package var elapsedSeconds: Double
    package var imagesPerSecond: Double
    /// "images", or "points" of the plane.
    package var unit: String
    /// The newest step's.
    package var metrics: StepMetrics?
    /// The newest verdict on the training.
    package var health: TrainingHealth.Verdict?
    /// Workers alive, and asked for.
    package var workers: Int
    package var expectedWorkers: Int

    package init(
        label: String, step: Int, steps: Int, firstStep: Int = 0, elapsedSeconds: Double, imagesPerSecond: Double,
        unit: String = "images", metrics: StepMetrics? = nil, health: TrainingHealth.Verdict? = nil,
        workers: Int, expectedWorkers: Int
    ) {
        self.health = health
        self.label = label
        self.step = step
        self.steps = steps
        self.firstStep = firstStep
        self.elapsedSeconds = elapsedSeconds
        self.imagesPerSecond = imagesPerSecond
        self.unit = unit
        self.metrics = metrics
        self.workers = workers
        self.expectedWorkers = expectedWorkers
    }

    /// Seconds until the last step at the pace so far; nil before the first step.
    package var secondsLeft: Double? {
        guard step > firstStep else { return nil }
        let (done, left) = (Double(step) - Double(firstStep), max(0, Double(steps) - Double(step)))
        return left * elapsedSeconds / done
    }

    package func line(width: Int) -> String {
        var layout = LineLayout(share: steps > 0 ? Double(step) / Double(steps) : 0)
        layout.add(label, rank: 6)
        layout.add("\(step)/\(steps)", rank: 0)
        layout.add(ProgressText.count(imagesPerSecond).map { "\($0) \(unit)/s" }, rank: 5)
        let scores = metrics.map(ScoreText.parts) ?? []
        // V(D, G), or what a loss without it has instead, stays longest.
        let ranks = scores.count == 3 ? [2, 3, 4] : [3, 4]
        for (text, rank) in zip(scores, ranks) { layout.add(text, rank: rank) }
        layout.add(illness, rank: 1)
        layout.add(secondsLeft.flatMap(ProgressText.duration).map { "\($0) left" }, rank: 1)
        layout.add(workerText, rank: workers < expectedWorkers ? 1 : 7)
        return layout.line(width: width)
    }

    package var plainLine: String {
        var parts = ["step \(step) of \(steps)"]
        if let rate = ProgressText.count(imagesPerSecond) { parts.append("\(rate) \(unit)/s") }
        if let metrics {
            parts += ScoreText.parts(metrics)
        }
        if let illness { parts.append(illness) }
        if let left = secondsLeft.flatMap(ProgressText.duration) { parts.append("\(left) left") }
        parts.append(workerText)
        return parts.joined(separator: ", ")
    }

    /// What is wrong with the training, in two words.
    private var illness: String? { health.flatMap { $0 == .healthy ? nil : $0.rawValue } }

    private var workerText: String {
        let noun = expectedWorkers == 1 && workers <= 1 ? "worker" : "workers"
        return workers < expectedWorkers ? "\(workers) of \(expectedWorkers) \(noun)" : "\(workers) \(noun)"
    }
}
