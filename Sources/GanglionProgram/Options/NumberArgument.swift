import ArgumentParser
import Coordination

/// Numbers as options take them. Where a text is none, or out of its range, the error says the range.
enum NumberArgument {
    /// A whole number in `range`.
    static func integer(_ range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
        { text in
            guard let value = Int(text), range.contains(value) else {
                let limits =
                    range.upperBound == .max
                    ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
                throw ValidationError("expected a whole number \(limits)")
            }
            return value
        }
    }

    /// A seed: 64 bits.
    @Sendable static func seed(_ text: String) throws -> UInt64 {
        guard let value = UInt64(text) else {
            throw ValidationError("expected a whole number from 0 to \(UInt64.max)")
        }
        return value
    }

    /// How long to wait.
    @Sendable static func seconds(_ text: String) throws -> Double {
        guard let value = Double(text), value > 0, value <= 31_536_000 else {
            throw ValidationError("expected a number of seconds over 0, at most a year")
        }
        return value
    }

    /// Which of several workers on a machine.
    @Sendable static func share(_ text: String) throws -> ProcessorShare {
        guard let share = ProcessorShare(text) else {
            throw ValidationError("expected the worker's number and how many there are, such as 1/2 or 2/2")
        }
        return share
    }
}
