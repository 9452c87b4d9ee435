import CZeroMQ

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a socket listens: one place for each address that the endpoint's host stands for.
package struct Binding: Sendable {
    /// The endpoint asked for, with the port that was free where that was 0.
    package let endpoint: Endpoint
    /// What the host stands for; nothing for a local socket.
    package let addresses: [HostAddress]
    /// The same places in libzmq's words.
    var names: [String]
}

extension SocketHandle {
    /// Binds, and says where.
    ///
    /// - Throws: `MessagingError` where the address is in use, is not of this machine, or may not be bound.
    func bind(_ endpoint: Endpoint) throws -> Endpoint { try listen(at: endpoint).endpoint }

    package func listen(at endpoint: Endpoint) throws -> Binding {
        guard case .tcp(let host, let port) = endpoint else {
            guard zmq_bind(pointer, endpoint.description) == 0 else {
                if zmq_errno() == EADDRINUSE {
                    throw MessagingError(
                        "\(endpoint) is in use; stop what listens there or choose another address", code: EADDRINUSE)
                }
                throw MessagingError.last("cannot bind \(endpoint)")
            }
            return Binding(endpoint: endpoint, addresses: [], names: [try lastEndpoint()])
        }
        let addresses = try LocalAddresses.standing(for: host, in: endpoint)
        // A port that is free at one address may be taken at another.
        var attempts = port == 0 && addresses.count > 1 ? 32 : 1
        while true {
            attempts -= 1
            do {
                let (descriptors, free, bound) = try openAll(addresses, port: port, for: endpoint)
                return try adopt(
                    descriptors, Binding(endpoint: .tcp(host: host, port: free), addresses: bound, names: []))
            } catch let error as MessagingError where error.code == EADDRINUSE && attempts > 0 {
                continue
            }
        }
    }

    /// Listens again, where it did; whether it could at all places.
    package func listenAgain(at binding: inout Binding) -> Bool {
        binding.names = []
        if case .tcp(_, let port) = binding.endpoint {
            guard let (descriptors, _, _) = try? openAll(binding.addresses, port: port, for: binding.endpoint),
                let again = try? adopt(descriptors, binding)
            else { return false }
            binding = again
            return true
        }
        guard rebind(binding.endpoint.description) else { return false }
        binding.names = [binding.endpoint.description]
        return true
    }

    /// Stops listening; connections stay.
    package func stopListening(at binding: Binding) {
        for name in binding.names { unbind(name) }
    }

    /// Stops listening at one place, in libzmq's words. Of a local socket the connections stay; TCP's end with it.
    func unbind(_ name: String) { zmq_unbind(pointer, name) }

    /// Listens there again; whether it could. Not for TCP, where libzmq would look for the address by itself.
    func rebind(_ name: String) -> Bool { zmq_bind(pointer, name) == 0 }

    /// Listens at all of the addresses that are this machine's: a name may have others, on which nothing is lost.
    private func openAll(
        _ addresses: [HostAddress], port: UInt16, for endpoint: Endpoint
    ) throws -> (descriptors: [Int32], port: UInt16, bound: [HostAddress]) {
        var (descriptors, bound, port): ([Int32], [HostAddress], UInt16) = ([], [], port)
        var foreign: MessagingError?
        do {
            for address in addresses {
                do {
                    let (descriptor, free) = try ListeningSocket.open(address, port: port, for: endpoint)
                    descriptors.append(descriptor)
                    bound.append(address)
                    port = free
                } catch let error as MessagingError where error.code == EADDRNOTAVAIL {
                    if address == .any {
                        // Without IPv6.
                        let (descriptor, free) = try ListeningSocket.open(.anyIPv4, port: port, for: endpoint)
                        (port, descriptors, bound) = (free, [descriptor], [.anyIPv4])
                    } else {
                        foreign = error
                    }
                }
            }
            if descriptors.isEmpty, let foreign { throw foreign }
            return (descriptors, port, bound)
        } catch {
            for descriptor in descriptors { close(descriptor) }
            throw error
        }
    }

    /// Hands listening sockets to libzmq, which closes them.
    private func adopt(_ descriptors: [Int32], _ binding: Binding) throws -> Binding {
        var binding = binding
        defer { try? set(ZMQ_USE_FD, -1) }
        for (index, descriptor) in descriptors.enumerated() {
            do {
                try set(ZMQ_USE_FD, Int(descriptor))
                guard zmq_bind(pointer, binding.endpoint.withNumbers(binding.addresses[index]).description) == 0 else {
                    throw MessagingError.last("cannot listen at \(binding.endpoint)")
                }
                binding.names.append(try lastEndpoint())
            } catch {
                for descriptor in descriptors[index...] { close(descriptor) }
                stopListening(at: binding)
                throw error
            }
        }
        return binding
    }

    /// Where it was bound last, in libzmq's words: what `zmq_unbind` takes.
    private func lastEndpoint() throws -> String {
        var bound = [CChar](repeating: 0, count: 256)
        var length = bound.count
        guard zmq_getsockopt(pointer, ZMQ_LAST_ENDPOINT, &bound, &length) == 0 else {
            throw MessagingError.last("cannot tell where a socket is bound")
        }
        return String(decoding: bound.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
