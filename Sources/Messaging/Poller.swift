import CZeroMQ

/// Waits until one of several sockets and wakers is ready. Must not outlive them.
package struct Poller: ~Copyable {
    private var items: [zmq_pollitem_t] = []
    private var wakers: [Waker] = []

    package init() {}

    /// Adds a socket to wait for messages on; the answer is its index.
    package mutating func add(_ socket: borrowing SocketHandle) -> Int {
        items.append(zmq_pollitem_t(socket: socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
        return items.count - 1
    }

    /// Adds a waker; the answer is its index.
    package mutating func add(_ waker: Waker) -> Int {
        items.append(zmq_pollitem_t(socket: nil, fd: waker.readEnd, events: Int16(ZMQ_POLLIN), revents: 0))
        wakers.append(waker)
        return items.count - 1
    }

    /// Whether to wait also until a message can be sent.
    package mutating func watchWritable(_ index: Int, _ watch: Bool) {
        items[index].events = Int16(watch ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN)
    }

    /// Waits at most so long; a signal ends the wait too.
    package mutating func wait(milliseconds: Int) throws {
        guard zmq_poll(&items, Int32(items.count), milliseconds) < 0 else { return }
        guard zmq_errno() == EINTR else { throw MessagingError.last("cannot wait for messages") }
        for index in items.indices { items[index].revents = 0 }
    }

    package func isReadable(_ index: Int) -> Bool { items[index].revents & Int16(ZMQ_POLLIN) != 0 }

    package func isWritable(_ index: Int) -> Bool { items[index].revents & Int16(ZMQ_POLLOUT) != 0 }
}
