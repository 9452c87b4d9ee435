import Synchronization

/// Counts what happens on other threads.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    /// Adds one, and says how many it was before.
    @discardableResult
    func add(_ amount: Int = 1) -> Int { count.wrappingAdd(amount, ordering: .relaxed).oldValue }
}
