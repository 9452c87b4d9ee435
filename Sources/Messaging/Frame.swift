import CZeroMQ

/// One frame of a message: bytes of its own, or a view of memory that an object keeps alive.
package struct Frame: ~Copyable {
    var message = zmq_msg_t()

    /// An empty frame, to be received into.
    package init() { zmq_msg_init(&message) }

    /// A frame with a copy of `bytes`.
    ///
    /// - Throws: `MessagingError` where memory runs out.
    package init(copying bytes: UnsafeRawBufferPointer) throws {
        guard zmq_msg_init_size(&message, bytes.count) == 0 else { throw MessagingError.last("cannot make a message") }
        if let base = bytes.baseAddress { zmq_msg_data(&message).copyMemory(from: base, byteCount: bytes.count) }
    }

    /// A frame with a copy of `bytes`.
    ///
    /// - Throws: `MessagingError` where memory runs out.
    package init(_ bytes: [UInt8]) throws {
        guard zmq_msg_init_size(&message, bytes.count) == 0 else { throw MessagingError.last("cannot make a message") }
        bytes.withUnsafeBytes { source in
            if let base = source.baseAddress { zmq_msg_data(&message).copyMemory(from: base, byteCount: source.count) }
        }
    }

    /// A frame over memory that is sent without a copy.
    ///
    /// `owner` is held until libzmq is done with the bytes, and released on whatever thread that happens. The bytes
    /// must not change before.
    ///
    /// - Throws: `MessagingError` where memory runs out.
    package init(noCopy pointer: UnsafeRawPointer, count: Int, owner: AnyObject) throws {
        let hint = Unmanaged.passRetained(owner)
        let result = zmq_msg_init_data(
            &message, UnsafeMutableRawPointer(mutating: pointer), count,
            { _, hint in Unmanaged<AnyObject>.fromOpaque(hint!).release() }, hint.toOpaque())
        guard result == 0 else {
            hint.release()
            throw MessagingError.last("cannot make a message")
        }
    }

    deinit {
        withUnsafePointer(to: message) { _ = zmq_msg_close(UnsafeMutablePointer(mutating: $0)) }
    }

    package var count: Int { withUnsafePointer(to: message) { zmq_msg_size($0) } }

    /// Whether another frame of the same message follows.
    var hasMore: Bool { withUnsafePointer(to: message) { zmq_msg_more($0) != 0 } }

    /// The public key that the sender has proved to own; nil where the connection has no keys.
    package var user: CurvePublicKey? {
        withUnsafePointer(to: message) { pointer in
            zmq_msg_gets(UnsafeMutablePointer(mutating: pointer), "User-Id").flatMap {
                CurvePublicKey(String(cString: $0))
            }
        }
    }

    /// The frame's bytes, at any alignment, for the duration of `body`.
    package func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // A short frame keeps its bytes inside the message itself: they stay valid within the closure only.
        try withUnsafePointer(to: message) { pointer throws(Failure) in
            try body(
                UnsafeRawBufferPointer(
                    start: zmq_msg_data(UnsafeMutablePointer(mutating: pointer)), count: zmq_msg_size(pointer)))
        }
    }
}
