import ArgumentParser
import Coordination

/// How many shards a worker computes at once, as its option says it.
enum ThreadCount: Hashable, Sendable {
    /// One for each core that the process may use, divided among the workers of this machine.
    case auto
    case number(Int)

    @Sendable init(argument text: String) throws {
        if text == "auto" {
            self = .auto
            return
        }
        guard let value = Int(text), 1...1024 ~= value else {
            throw ValidationError("expected a whole number from 1 to 1024, or auto")
        }
        self = .number(value)
    }

    /// To be asked before the thread is bound to a part of the cores.
    func resolved(for share: ProcessorShare) -> Int {
        switch self {
        case .auto: min(1024, max(1, AvailableProcessors.count / share.count))
        case .number(let number): number
        }
    }
}
