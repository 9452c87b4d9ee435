import Foundation
import Testing

/// Tests that take minutes run where `GANGLION_LONG_TESTS` is 1.
enum LongTests {
    static let areWanted = ProcessInfo.processInfo.environment["GANGLION_LONG_TESTS"] == "1"
}

extension Trait where Self == ConditionTrait {
    /// Runs the test only where long ones are wanted.
    static var long: Self { .enabled(if: LongTests.areWanted, "takes minutes: set GANGLION_LONG_TESTS=1") }
}
