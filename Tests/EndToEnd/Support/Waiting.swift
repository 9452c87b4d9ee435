import Foundation
import TestSupport

/// Why a test cannot go on.
struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The limit of all tests.
let patience = TestSupport.patience

/// Asks again and again until there is an answer.
///
/// - Parameter processes: without them there will be no answer: when one of them has ended, it is asked for once more, and that
///   was it.
///
/// It blocks its thread on purpose: the tests run on as many threads as there are cores, so no more process trees stand
/// side by side than the machine can carry.
/// - Throws: `TestFailure` when a process has ended or after `seconds`, and what `answer` throws.
@discardableResult
func waitFor<Answer>(
    _ what: String, seconds: Double = patience, while processes: GanglionProcess..., answer: () throws -> Answer?
) throws -> Answer {
    let limit = ContinuousClock.now + .seconds(seconds)
    while true {
        // Before the answer is asked for: what came while a process ended has come.
        let ended = processes.first { $0.poll() != nil }
        if let answer = try answer() { return answer }
        if let ended { throw TestFailure("there will be no \(what): \(ended)") }
        guard ContinuousClock.now < limit else { throw TestFailure("waited \(seconds) s in vain for \(what)") }
        usleep(3000)
    }
}
