import FileFormats
import Foundation

/// Shows progress: on a terminal one line that is redrawn, elsewhere one plain line every few seconds.
///
/// Safe to call from any thread: all mutable state is behind `lock`, hence `@unchecked Sendable`.
package final class ProgressDisplay: @unchecked Sendable {
    /// Where lines go to, and how wide they may be.
    package struct Output: Sendable {
        /// The columns of a terminal; nil for no terminal.
        package var width: @Sendable () -> Int?
        package var write: @Sendable (String) -> Void

        package init(width: @escaping @Sendable () -> Int?, write: @escaping @Sendable (String) -> Void) {
            self.width = width
            self.write = write
        }

        /// Standard error. Its line is redrawn only if it is a terminal that can (`TERM` is not `dumb`).
        package static let standardError = Output(
            width: {
                guard isatty(STDERR_FILENO) == 1, ProcessInfo.processInfo.environment["TERM"] != "dumb" else {
                    return nil
                }
                var size = winsize()
                guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
                return Int(size.ws_col)
            },
            write: { StandardError.write($0) })
    }

    private let output: Output
    private let lock = NSLock()
    private var lastShown: ContinuousClock.Instant?
    /// The line that stands on the terminal without an end.
    private var drawn: String?
    private let redrawEvery: Duration
    private let plainEvery: Duration

    /// - Parameters:
    ///   - redrawEvery: the least time between two redraws on a terminal.
    ///   - plainEvery: the least time between two plain lines.
    package init(
        output: Output = .standardError, redrawEvery: Duration = .milliseconds(100), plainEvery: Duration = .seconds(5)
    ) {
        self.output = output
        self.redrawEvery = redrawEvery
        self.plainEvery = plainEvery
    }

    /// Shows the newest state, unless the last one was shown just before. `progress` is made only when it is shown, so
    /// this may be called at every step.
    package func update(at now: ContinuousClock.Instant = .now, _ progress: () -> some ProgressLine) {
        lock.withLock {
            let width = output.width()
            if let lastShown, now - lastShown < (width == nil ? plainEvery : redrawEvery) { return }
            show(progress(), width: width, at: now)
        }
    }

    /// Shows the last state, whenever the one before was shown, and ends the line.
    package func finish(_ progress: some ProgressLine, at now: ContinuousClock.Instant = .now) {
        lock.withLock {
            let width = output.width()
            show(progress, width: width, at: now)
            endLine()
            lastShown = nil
        }
    }

    /// Writes a line of text above the progress line.
    package func message(_ text: String) {
        lock.withLock {
            guard let line = drawn else { return output.write(text + "\n") }
            output.write("\r\u{1B}[K\(text)\n\(line)")
        }
    }

    /// Ends the line, if one stands there, so that other text may follow.
    package func close() {
        lock.withLock { endLine() }
    }

    private func show(_ progress: some ProgressLine, width: Int?, at now: ContinuousClock.Instant) {
        lastShown = now
        if let width {
            // One column less: a full line wraps on some terminals.
            let line = progress.line(width: max(1, width - 1))
            output.write("\r\(line)\u{1B}[K")
            drawn = line
        } else {
            output.write(progress.plainLine + "\n")
        }
    }

    private func endLine() {
        if drawn != nil { output.write("\n") }
        drawn = nil
    }
}
