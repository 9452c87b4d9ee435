/// Where the time of programs goes: how often each of their instructions ran, and for how long.
///
/// Belongs to one thread.
public final class InstructionProfile {
    /// Equal instructions: the same work on the same shapes.
    public struct Entry: Sendable {
        public var label: String
        public var count = 0
        public var seconds = 0.0
        /// Of all runs together; 0 where memory bounds the instruction, not arithmetic.
        public var floatingPointOperations = 0

        /// 10⁹ operations per second; nil where there are none to count.
        public var gigaflops: Double? {
            floatingPointOperations > 0 && seconds > 0 ? Double(floatingPointOperations) / seconds / 1e9 : nil
        }
    }

    private var byLabel: [String: Entry] = [:]
    private let clock = ContinuousClock()

    public init() {}

    /// What ran so far, the longest first.
    public var entries: [Entry] {
        byLabel.values.sorted { ($0.seconds, $1.label) > ($1.seconds, $0.label) }
    }

    /// Seconds of all instructions.
    public var seconds: Double { byLabel.values.reduce(0) { $0 + $1.seconds } }

    func run(_ instruction: Instruction, _ memory: Memory) {
        let elapsed = clock.measure { instruction.run(memory) }
        let label = instruction.label
        var entry = byLabel[label] ?? Entry(label: label)
        entry.count += 1
        entry.seconds += elapsed / .seconds(1)
        entry.floatingPointOperations += instruction.floatingPointOperations
        byLabel[label] = entry
    }
}
