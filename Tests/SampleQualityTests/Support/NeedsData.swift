import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
    /// Runs the test only where the real data `name` is present; where it is absent, the test is skipped, saying so.
    static func needsData(_ name: String) -> Self {
        .enabled(if: TestData.has(name), "no real data at \(TestData.folder(name))")
    }
}
