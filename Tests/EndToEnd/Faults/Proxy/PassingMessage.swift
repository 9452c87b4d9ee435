import Coordination
import Messaging
import Testing

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

    /// The hello of a worker as that of another build.
    func disguised(asBuild build: String) -> [UInt8] {
        do {
            guard case .hello(var hello) = worker else { throw TestFailure("not a hello") }
            hello.build = build
            let frame = try MessageCodec.encode(.hello(hello), incarnation: 0)
            return ZMTPStream.message(frames: [frame.withUnsafeBytes { Array($0) }])
        } catch {
            Issue.record(error)
            return raw
        }
    }

    /// The same contribution with other numbers and the checksum that belongs to them.
    func altered(_ change: (inout [Float]) -> Void) -> [UInt8] {
        do {
            let decoded = try Array(frames[0]).withUnsafeBytes { try MessageCodec.decodeWorker($0) }
            guard case .contribution(var header) = decoded.message else { throw TestFailure("not a contribution") }
            var numbers = Array(frames[1]).withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: 4).map { bytes.loadUnaligned(fromByteOffset: $0, as: Float.self) }
            }
            change(&numbers)
            let payload = numbers.withUnsafeBytes { Array($0) }
            header.checksum = payload.withUnsafeBytes { PayloadChecksum.of($0) }
            let frame = try MessageCodec.encode(.contribution(header), incarnation: decoded.incarnation)
            return ZMTPStream.message(frames: [frame.withUnsafeBytes { Array($0) }, payload])
        } catch {
            Issue.record(error)
            return raw
        }
    }
}
