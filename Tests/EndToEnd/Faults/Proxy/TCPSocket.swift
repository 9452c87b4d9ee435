import Foundation

/// A TCP socket on this machine's loopback, blocking.
struct TCPSocket: Sendable {
    private let descriptor: Int32

    static func listen(host: String, port: UInt16) throws -> TCPSocket {
        let socket = try TCPSocket.make()
        var yes: Int32 = 1
        setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let bound = withAddress(host, port) { bind(socket.descriptor, $0, $1) }
        guard bound == 0, Foundation.listen(socket.descriptor, 16) == 0 else {
            let reason = String(cString: strerror(errno))
            socket.close(reset: false)
            throw TestFailure("\(host):\(port) cannot be listened at: \(reason)")
        }
        return socket
    }

    static func connect(host: String, port: UInt16) throws -> TCPSocket {
        let socket = try TCPSocket.make()
        guard withAddress(host, port, { Foundation.connect(socket.descriptor, $0, $1) }) == 0 else {
            let reason = String(cString: strerror(errno))
            socket.close(reset: false)
            throw TestFailure("\(host):\(port) cannot be connected to: \(reason)")
        }
        return socket.prepared()
    }

    /// A port of 127.0.0.1 that is free, with the next one, below those that the kernel gives away by itself.
    static func freePortPair() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<32_000)
            guard let first = try? listen(host: "127.0.0.1", port: port) else { continue }
            let second = try? listen(host: "127.0.0.1", port: port + 1)
            first.close(reset: false)
            second?.close(reset: false)
            if second != nil { return port }
        }
        throw TestFailure("no two free ports in a row")
    }

    func accept() -> TCPSocket? {
        let accepted = Foundation.accept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return TCPSocket(descriptor: accepted).prepared()
    }

    /// Whether there is something to read, or the end.
    func isReadable(milliseconds: Int32) -> Bool {
        !TCPSocket.readable([self], milliseconds: milliseconds).isEmpty
    }

    /// The places of those that have something to read, or have come to their end.
    static func readable(_ sockets: [TCPSocket], milliseconds: Int32) -> [Int] {
        var entries = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        guard poll(&entries, nfds_t(entries.count), milliseconds) > 0 else { return [] }
        return entries.indices.filter { entries[$0].revents != 0 }
    }

    /// What is there; nil at the end.
    func read() -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Whether all of it could be sent.
    func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// - Parameter reset: drop what is queued and tell the other end so (RST).
    func close(reset: Bool) {
        if reset {
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        }
        _ = Foundation.close(descriptor)
    }

    private static func make() throws -> TCPSocket {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw TestFailure("no socket: \(String(cString: strerror(errno)))") }
        return TCPSocket(descriptor: descriptor)
    }

    /// Without delays of its own, and never stuck for ever with a process that is stopped.
    private func prepared() -> TCPSocket {
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        return self
    }

    private static func withAddress<Result>(
        _ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
