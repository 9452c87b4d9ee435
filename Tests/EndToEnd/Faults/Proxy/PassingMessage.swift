import Distributed

/// A message on its way between a worker and the coordinator.
struct PassingMessage {
    enum Direction: Hashable, Sendable {
        case toCoordinator
        case toWorker
    }

    enum Channel: Hashable, Sendable {
        /// DEALER and ROUTER.
        case control
        /// SUB and PUB.
        case parameters
    }

    let direction: Direction
    let channel: Channel
    /// As it stands on the wire, with ZeroMQ's flags and sizes.
    let raw: [UInt8]
    let frames: [ArraySlice<UInt8>]

    /// What a worker says; nil where it is not a worker who speaks.
    var worker: WorkerMessage? {
        guard direction == .toCoordinator, channel == .control, let header = frames.first else { return nil }
        return Array(header).withUnsafeBytes { try? MessageCodec.decodeWorker($0).message }
    }

    /// What the coordinator says; nil where it is not the coordinator who speaks.
    var coordinator: CoordinatorMessage? {
        guard direction == .toWorker, let header = frames.first else { return nil }
        return Array(header).withUnsafeBytes { try? MessageCodec.decodeCoordinator($0).message }
    }

    var contribution: ContributionHeader? {
        if case .contribution(let header) = worker { header } else { nil }
    }

    var assignment: Assignment? {
        if case .assignment(let assignment) = coordinator { assignment } else { nil }
    }
}
