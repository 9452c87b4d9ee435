import CZeroMQ

/// A ZeroMQ context: the I/O thread that all sockets made from it share.
///
/// Each socket keeps its context alive, so the context ends after its last socket. May be used from any thread.
public final class Context: @unchecked Sendable {  // a libzmq context is thread-safe
    let pointer: UnsafeMutableRawPointer

    /// - Throws: `MessagingError` where the process is out of descriptors or memory.
    public init() throws {
        guard let pointer = zmq_ctx_new() else { throw MessagingError.last("cannot create a ZeroMQ context") }
        self.pointer = pointer
        // The process ends by the rules of the program, not when the last queue has been sent.
        zmq_ctx_set(pointer, ZMQ_BLOCKY, 0)
    }

    deinit {
        while zmq_ctx_term(pointer) != 0, zmq_errno() == EINTR {}
    }
}
