#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes the sockets that libzmq listens on (`ZMQ_USE_FD`).
///
/// By itself libzmq 4.3.4 reads the list of interfaces for each bind and aborts where that fails, for instance for want of
/// a descriptor; it knows no names of hosts, and binds to one address.
enum ListeningSocket {
    private static let backlog: Int32 = 128

    /// Listens at an address, without waiting for connections.
    ///
    /// - Returns: the descriptor, and the port (for port 0 the one that was free).
    /// - Throws: `MessagingError` for `endpoint`, whose host stands for the address.
    static func open(_ address: HostAddress, port: UInt16, for endpoint: Endpoint) throws -> (Int32, UInt16) {
        let descriptor = socket(address.isIPv6 ? AF_INET6 : AF_INET, HostLookup.streamType, 0)
        guard descriptor >= 0 else { throw failure(errno, address, endpoint) }
        do {
            var (yes, no): (Int32, Int32) = (1, 0)
            let size = socklen_t(MemoryLayout<Int32>.size)
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size)
            // The IPv6 wildcard takes IPv4 too.
            if address.isIPv6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &no, size) }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            guard address.withSocketAddress(port: port, { bind(descriptor, $0, $1) }) == 0,
                listen(descriptor, backlog) == 0
            else { throw failure(errno, address, endpoint) }
            return (descriptor, self.port(of: descriptor))
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
            // Both families have the port at the same place.
            return $0.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
        }
    }

    private static func failure(_ code: Int32, _ address: HostAddress, _ endpoint: Endpoint) -> MessagingError {
        let (_, host) = (0, "\(address)")
        let place = "\(endpoint)".contains(host) || address.isWildcard ? "\(endpoint)" : "\(endpoint): \(host)"
        switch code {
        case EADDRINUSE:
            return MessagingError("\(place) is in use; stop what listens there or choose another address", code: code)
        case EADDRNOTAVAIL:
            return MessagingError(
                "\(place): this machine has no such address; it has \(LocalAddresses.text()); bind one of these, or *",
                code: code)
        case EINVAL where address.isLinkLocal && address.scope == 0:
            return MessagingError(
                "\(place): a link-local address comes with its interface, as in [\(host)%eth0]", code: EADDRNOTAVAIL)
        case EAFNOSUPPORT:
            return MessagingError(
                "\(place): this machine has no \(address.isIPv6 ? "IPv6" : "IPv4"); it has \(LocalAddresses.text())",
                code: EADDRNOTAVAIL)
        case EACCES:
            return MessagingError(
                "\(place): may not be bound by this user; use a port from 1024 on", code: code)
        default: return MessagingError("cannot bind \(place): \(String(cString: strerror(code)))", code: code)
        }
    }
}
