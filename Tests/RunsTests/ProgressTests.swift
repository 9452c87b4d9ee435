import Adversarial
import Foundation
import RunConfiguration
import Runs
import Testing

/// Progress is told in lines that fit, whatever the width and the numbers.
struct ProgressTests {
    static func progress(step: Int = 500, workers: Int = 2, value: Double? = -1.3862) -> TrainingProgress {
        TrainingProgress(
            label: "dcgan-28", step: step, steps: 1000, elapsedSeconds: 62, imagesPerSecond: 1031.6,
            metrics: StepMetrics(
                step: UInt64(step), value: value, realScore: 0.584, fakeScore: 0.411, discriminatorLoss: 1,
                generatorLoss: 1, discriminatorGradientNorm: 1, generatorGradientNorm: 1),
            workers: workers, expectedWorkers: 2)
    }

    @Test func aWideLineHasEverything() {
        #expect(
            Self.progress().line(width: 140)
                == "dcgan-28  ━━━━━━━━━━━━━━━···············  500/1000  1032 images/s  V(D,G) -1.386  D(x) 0.58  "
                + "D(G(z)) 0.41  1:02 left  2 workers")
    }

    @Test func aPlainLineHasEverything() {
        #expect(
            Self.progress().plainLine
                == "step 500 of 1000, 1032 images/s, V(D,G) -1.386, D(x) 0.58, D(G(z)) 0.41, 1:02 left, 2 workers")
        #expect(!Self.progress(value: nil).plainLine.contains("V(D,G)"))
    }

    @Test func everyWidthFits() {
        let hostile = TrainingProgress(
            label: String(repeating: "x", count: 300), step: .max, steps: 0, firstStep: -5, elapsedSeconds: .nan,
            imagesPerSecond: .infinity,
            metrics: StepMetrics(
                step: 1, value: .nan, realScore: -.infinity, fakeScore: 1e300, discriminatorLoss: 0, generatorLoss: 0,
                discriminatorGradientNorm: 0, generatorGradientNorm: 0), workers: 0, expectedWorkers: 1000)
        let work = WorkProgress(label: "reading", done: 5, total: 0, unit: .bytes, elapsedSeconds: 0)
        for width in 0...200 {
            #expect(Self.progress().line(width: width).count <= width)
            #expect(work.line(width: width).count <= width)
            #expect(Self.progress(step: 0).line(width: width).count <= width)
        }
        for width in [0, 1, 20, 80] { #expect(hostile.line(width: width).count <= width) }
        _ = hostile.plainLine
    }

    @Test func theMostImportantPartsStayLongest() {
        #expect(Self.progress().line(width: 8) == "500/1000")
        #expect(Self.progress().line(width: 20) == "500/1000  1:02 left")
        #expect(Self.progress(workers: 1).line(width: 40).contains("1 of 2 workers"))
    }

    @Test func timeLeftIsThatOfThisProcess() {
        var progress = Self.progress(step: 600)
        progress.firstStep = 500
        #expect(progress.secondsLeft == 248.0)
        progress.firstStep = 600
        #expect(progress.secondsLeft == nil)
    }

    @Test func otherWorkIsTold() {
        let download = WorkProgress(
            label: "train-images", done: 4_500_000, total: 9_912_422, unit: .bytes, elapsedSeconds: 2)
        #expect(download.plainLine == "train-images: 4.5 of 9.9 MB, 2.3 MB/s, 0:02 left")
        let evaluation = WorkProgress(
            label: "evaluating", done: 2000, total: nil, unit: .items("images"), elapsedSeconds: 4)
        #expect(evaluation.plainLine == "evaluating: 2000 images, 500 images/s")
        #expect(download.line(width: 80).hasPrefix("train-images  ━"))
    }

    /// A display on what is no terminal writes plain lines, seldom; on a terminal it redraws one line.
    @Test func theDisplayWritesSeldomWhereThereIsNoTerminal() {
        let written = Written()
        let display = ProgressDisplay(output: .init(width: { nil }, write: written.add))
        let start = ContinuousClock.now
        for tenth in 0..<200 {
            display.update(at: start + .milliseconds(100 * tenth)) { Self.progress(step: tenth) }
        }
        display.message("worker 2 was lost")
        display.finish(Self.progress(step: 1000))
        let lines = written.text.split(separator: "\n")
        #expect(lines.count == 6)
        #expect(lines[1].hasPrefix("step 50 of 1000"))
        #expect(lines[4] == "worker 2 was lost")
        #expect(lines[5].hasPrefix("step 1000 of 1000"))
        #expect(!written.text.contains("\r"))
    }

    @Test func theDisplayRedrawsOneLineOnATerminal() {
        let written = Written()
        let display = ProgressDisplay(output: .init(width: { 60 }, write: written.add))
        display.update { Self.progress(step: 1) }
        display.update { Self.progress(step: 2) }
        display.message("worker 2 was lost")
        display.finish(Self.progress(step: 1000))
        display.message("the end")
        let first = Self.progress(step: 1).line(width: 59)
        let last = Self.progress(step: 1000).line(width: 59)
        #expect(
            written.text
                == "\r\(first)\u{1B}[K\r\u{1B}[Kworker 2 was lost\n\(first)\r\(last)\u{1B}[K\nthe end\n")
    }

    @Test func whatIsWrongIsOnTheLine() {
        var progress = Self.progress()
        let well = (progress.line(width: 200), progress.plainLine)
        progress.health = .healthy
        #expect((progress.line(width: 200), progress.plainLine) == well)
        progress.health = .discriminatorWinning
        #expect(progress.line(width: 200).contains("  discriminator winning  "))
        #expect(progress.plainLine.contains(", discriminator winning, "))
    }

    @Test func theSummaryNamesThePaths() {
        let summary = RunSummary(
            directory: "runs/first", step: 500, seconds: 3723, imagesPerSecond: 12_345,
            metrics: Self.progress().metrics, samples: "runs/first/samples/step-000500.png",
            checkpoint: "runs/first/checkpoints/step-000500.safetensors")
        #expect(summary.text.hasPrefix("Finished at step 500 after 1:02:03, 12.3k images/s."))
        for path in [
            "samples/step-000500.png", "checkpoints/step-000500.safetensors", "metrics.jsonl", "--run runs/first",
        ] {
            #expect(summary.text.contains(path))
        }
        var stopped = summary
        stopped.isInterrupted = true
        #expect(stopped.text.contains("--resume\n") || stopped.text.hasSuffix("--resume"))
        stopped.health = "collapsed since step 400"
        stopped.ending = RunSummary.Ending(reason: "collapsed, as asked for", flags: ["--stop-when", "never"])
        #expect(stopped.text.hasPrefix("Stopped at step 500 after 1:02:03, 12.3k images/s: collapsed, as asked for.\n"))
        #expect(stopped.text.contains("\n  health       collapsed since step 400\n"))
        #expect(stopped.text.hasSuffix("--run runs/first --resume --stop-when never"))
    }

    private final class Written: @unchecked Sendable {
        // Locked, hence Sendable.
        private let lock = NSLock()
        private var pieces = ""
        var text: String { lock.withLock { pieces } }
        @Sendable func add(_ text: String) { lock.withLock { pieces += text } }
    }
}
