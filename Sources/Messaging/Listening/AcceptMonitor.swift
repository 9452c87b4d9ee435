import CZeroMQ
import Foundation
import Synchronization

/// Notices that a listening socket cannot accept connections, for instance because the process is out of descriptors.
///
/// libzmq 4.3.4 tries again at once and for ever, at full load of its only I/O thread. It tells of each attempt through
/// a socket that must be read as fast, or its I/O thread stands still: so a thread of its own reads it.
///
/// Must outlive the socket that it watches.
package final class AcceptMonitor: Sendable {
    private let failure = Failure()
    private let ending: Waker

    private final class Failure: Sendable {
        let isNew = Atomic(false)
    }

    /// Starts to watch a socket that is not bound yet; `waker` is woken when an attempt failed.
    ///
    /// - Throws: `MessagingError` where the process is out of descriptors already.
    package init(_ context: Context, of socket: borrowing SocketHandle, waker: Waker) throws {
        let report = Endpoint.inproc(name: "accepts-\(UInt64.random(in: 0 ... .max))")
        guard zmq_socket_monitor(socket.pointer, report.description, Int32(ZMQ_EVENT_ACCEPT_FAILED)) == 0 else {
            throw MessagingError.last("cannot watch a ZeroMQ socket")
        }
        let (failure, ending) = (failure, try Waker())
        self.ending = ending
        let thread = Thread { try? AcceptMonitor.watch(context, report, failure, waker, until: ending) }
        thread.name = "accept monitor"
        thread.stackSize = 1 << 18
        thread.start()
    }

    deinit { ending.wake() }

    /// Whether an attempt failed since this was last asked.
    package func takeFailure() -> Bool { failure.isNew.exchange(false, ordering: .relaxed) }

    /// Whether it failed for want of something, and not because the peer was gone already.
    private static func isShortage(_ frame: borrowing Frame) -> Bool {
        let code = frame.withUnsafeBytes { $0.count < 6 ? 0 : $0.loadUnaligned(fromByteOffset: 2, as: Int32.self) }
        return [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
    }

    private static func watch(
        _ context: Context, _ report: Endpoint, _ failure: Failure, _ waker: Waker, until ending: Waker
    ) throws {
        let socket = try SocketHandle.open(context, type: ZMQ_PAIR, options: SocketOptions())
        try socket.connect(report)
        var poller = Poller()
        let events = poller.add(socket)
        let end = poller.add(ending)
        while true {
            try poller.wait(milliseconds: -1)
            if poller.isReadable(end) { return }
            guard poller.isReadable(events) else { continue }
            // A frame with the event and its value, a frame with the address, for each attempt.
            for _ in 0..<1000 {
                guard let frame = try socket.receiveFrame() else { break }
                guard frame.hasMore else { continue }
                try socket.skipRest()
                if isShortage(frame), !failure.isNew.exchange(true, ordering: .relaxed) { waker.wake() }
            }
        }
    }
}
