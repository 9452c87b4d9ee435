import CZeroMQ
import Foundation

/// Answers libzmq's questions who may connect: the handler of the ZeroMQ Authentication Protocol (ZAP, RFC 27) of a
/// context, on a thread of its own.
///
/// It must be there before a socket is bound, and stay until the last is closed; `ZMQ_ZAP_ENFORCE_DOMAIN` on those
/// sockets makes sure that without it nobody gets in. An admitted peer's messages carry its key as their User-Id.
package final class Authenticator: Sendable {
    private let ending: Waker

    /// Starts the thread, and returns when it listens.
    ///
    /// - Throws: `MessagingError` where the context has a handler already.
    package init(_ context: Context, access: AccessControl) throws {
        let ending = try Waker()
        self.ending = ending
        let start = Start()
        let thread = Thread {
            do {
                let handler = try Handler(context, access: access)
                start.finish(nil)
                try handler.run(until: ending)
            } catch {
                // After the start, nothing but the end of the context stops it: libzmq then refuses everybody.
                start.finish(error)
            }
        }
        thread.name = "authenticator"
        thread.stackSize = 1 << 18
        thread.start()
        try start.wait()
    }

    deinit { ending.wake() }

    /// How the thread's start went.
    private final class Start: @unchecked Sendable {  // all state is behind the condition's lock
        private let condition = NSCondition()
        private var outcome: Result<Void, any Error>?

        func finish(_ error: (any Error)?) {
            condition.withLock {
                if outcome == nil { outcome = error.map { .failure($0) } ?? .success(()) }
                condition.broadcast()
            }
        }

        func wait() throws {
            try condition.withLock { () -> Result<Void, any Error> in
                while outcome == nil { condition.wait() }
                return outcome!
            }.get()
        }
    }

    /// The thread's socket: each request is read and answered.
    private struct Handler: ~Copyable {
        private static let address = Endpoint.inproc(name: "zeromq.zap.01")
        private let socket: SocketHandle
        private let access: AccessControl

        init(_ context: Context, access: AccessControl) throws {
            let socket = try SocketHandle.open(context, type: ZMQ_REP, options: SocketOptions())
            _ = try socket.bind(Self.address)
            self.socket = socket
            self.access = access
        }

        func run(until ending: Waker) throws {
            var poller = Poller()
            _ = poller.add(socket)
            let end = poller.add(ending)
            while true {
                try poller.wait(milliseconds: -1)
                if poller.isReadable(end) { return }
                while let request = try receive() { try answer(request) }
            }
        }

        /// The frames of the next request, if one is waiting.
        private func receive() throws -> [[UInt8]]? {
            guard let first = try socket.receiveFrame() else { return nil }
            var frames = [first.withUnsafeBytes { Array($0) }]
            var hasMore = first.hasMore
            while hasMore, let next = try socket.receiveFrame() {
                frames.append(next.withUnsafeBytes { Array($0) })
                hasMore = next.hasMore
            }
            return frames
        }

        /// A request is version, request id, domain, address, routing id, mechanism, credentials; CURVE's are the peer's
        /// public key. An answer is version, request id, status, text, User-Id, metadata.
        private func answer(_ request: [[UInt8]]) throws {
            let admitted =
                request.count == 7 && request[0] == Array("1.0".utf8)
                    && request[2] == Array(SocketSecurity.domain.utf8) && request[5] == Array("CURVE".utf8)
                    && access.admits(request[6])
                ? CurvePublicKey(bytes: request[6]) : nil
            if admitted == nil { access.noteRefusal(of: CurvePublicKey(bytes: request.count == 7 ? request[6] : [])) }
            let answer = [
                Array("1.0".utf8), request.count > 1 ? request[1] : [], Array((admitted == nil ? "400" : "200").utf8),
                Array((admitted == nil ? "not on the list" : "OK").utf8), Array((admitted?.description ?? "").utf8), [],
            ]
            for (place, bytes) in answer.enumerated() {
                _ = try socket.send(Frame(bytes), more: place < answer.count - 1)
            }
        }
    }
}
