#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The addresses of this machine, and which of them the host of an endpoint is to be bound to.
package enum LocalAddresses {
    /// Each address of each interface that is up, in the system's order.
    package static func all() -> [(interface: String, address: HostAddress)] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [(String, HostAddress)] = []
        var entry = list
        while let current = entry {
            defer { entry = current.pointee.ifa_next }
            guard current.pointee.ifa_flags & UInt32(IFF_UP) != 0,
                let address = HostAddress(current.pointee.ifa_addr)
            else { continue }
            found.append((String(cString: current.pointee.ifa_name), address))
        }
        return found
    }

    /// The addresses that `host` stands for: those of an interface of that name, an address in numbers, those of a name;
    /// `*` for all, IPv4 and IPv6.
    ///
    /// - Throws: `MessagingError` where the name has none.
    static func standing(for host: String, in endpoint: Endpoint) throws -> [HostAddress] {
        if host == "*" { return [.any] }
        let own = all().filter { $0.interface == host }.map { $0.address }
        if !own.isEmpty { return own }
        do {
            return try HostLookup.addresses(of: host)
        } catch {
            throw MessagingError(
                "\(endpoint): '\(host)' is no interface of this machine, and no host's name here (\(error)); this machine"
                    + " has \(text()); bind one of these, or *", code: EADDRNOTAVAIL)
        }
    }

    /// The addresses by which other machines may reach this one, the most useful first.
    package static func reachable() -> [HostAddress] {
        let found = all().map { $0.address }.filter { !$0.isLoopback && !$0.isLinkLocal }
        return found.filter { !$0.isIPv6 } + found.filter { $0.isIPv6 }
    }

    /// The machine's addresses for a sentence.
    static func text() -> String {
        var addresses: [String] = []
        for (_, address) in all() where !addresses.contains("\(address)") { addresses.append("\(address)") }
        let shown = addresses.prefix(8).joined(separator: ", ")
        return addresses.isEmpty ? "no address" : addresses.count > 8 ? shown + ", …" : shown
    }
}
