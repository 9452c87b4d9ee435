import Foundation

/// Why a test cannot go on.
struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Asks again and again until there is an answer.
///
/// It blocks its thread on purpose: the tests run on as many threads as there are cores, so no more process trees stand
/// side by side than the machine can carry.
/// - Throws: `TestFailure` after `seconds`, and what `answer` throws.
@discardableResult
func waitFor<Answer>(_ what: String, seconds: Double, _ answer: () throws -> Answer?) throws -> Answer {
    let limit = ContinuousClock.now + .seconds(seconds)
    while true {
        if let answer = try answer() { return answer }
        guard ContinuousClock.now < limit else { throw TestFailure("waited \(seconds) s in vain for \(what)") }
        usleep(3000)
    }
}
