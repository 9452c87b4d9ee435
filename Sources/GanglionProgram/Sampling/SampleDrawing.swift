import Adversarial
import RunConfiguration
import Runs

/// Draws samples of a generator part by part, showing how far it is.
struct SampleDrawing {
    /// Some samples in a row.
    struct Part {
        /// The number of the first.
        var first: Int
        var count: Int
        /// [count, latentSize]
        var latents: [Float]
        /// Empty for networks without classes.
        var labels: [Int]
        /// As the generator gave them, [count, height, width, channels] or [count, 2].
        var samples: [Float]
    }

    let state: TrainingState
    let painter: SamplePainter
    /// Whether the moving average draws, where there is one.
    let averaged: Bool
    let latents: LatentSource
    let labels: LabelSource
    let count: Int

    /// A multiple of the inference's batch: so a sample has the same place in its batch however many are drawn.
    private static let part = 64

    func run(_ display: ProgressDisplay, _ body: (Part) throws -> Void) throws {
        let sampler = state.sampler(batch: 16, averaged: averaged)
        let start = ContinuousClock.now
        var done = 0
        while done < count {
            let number = min(Self.part, count - done)
            let latents = latents.latents(first: done, count: number)
            let labels = labels.labels(first: done, count: number)
            try body(
                Part(
                    first: done, count: number, latents: latents, labels: labels,
                    samples: sampler(latents, labels: labels)))
            done += number
            let (now, drawn) = (ContinuousClock.now, done)
            // What takes no time needs no progress.
            guard now - start > .seconds(1) else { continue }
            display.update(at: now) {
                WorkProgress(
                    label: "drawing", done: drawn, total: count, unit: .items(painter.unit),
                    elapsedSeconds: (now - start) / .seconds(1))
            }
        }
    }
}
