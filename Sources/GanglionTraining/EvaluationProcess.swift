import Coordination
import Foundation
import RunConfiguration
import UserErrors

/// The process that judges a run's checkpoints beside the training: `ganglion evaluate --watch`, with a lower priority. The
/// training waits for it only when it has ended: for the judgement of the last checkpoint.
package final class EvaluationProcess {
    private let process: LifelineProcess
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - run: the run's directory.
    ///   - every: steps between two judged checkpoints.
    ///   - options: further arguments of `ganglion evaluate`.
    ///   - report: takes a line where it ends too early.
    /// - Throws: `CoordinationError.process` where it cannot be started.
    package init(run: String, every: Int, options: [String] = [], report: @escaping @Sendable (String) -> Void) throws {
        guard let path = Bundle.main.executablePath else {
            throw CoordinationError.process("this program's own file is not known: no evaluation can be started")
        }
        self.report = report
        process = try LifelineProcess(
            executable: path,
            arguments: [
                "evaluate", "--run", run, "--watch", "--every", "\(every)", "--lifeline-fd", "\(Lifeline.descriptor)",
            ] + options)
    }

    /// Waits until the last checkpoint of a run that has come to its end is judged; `isStopped` ends the waiting, and the process.
    package func finish(isStopped: () -> Bool) {
        if !isStopped() { report("the last checkpoint is being judged (Ctrl-C ends that)") }
        if let failure = process.wait(while: { !isStopped() }) {
            report(
                "warning: the evaluation ended early (\(failure)): '\(ProgramName.current) evaluate --run DIR --watch' goes on with it"
            )
        }
        process.end()
    }
}
