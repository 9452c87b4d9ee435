#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An address that a socket binds or connects to: `tcp://host:port`, `ipc://path` or `inproc://name`.
public enum Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// The host is a name, an IPv4 address, an IPv6 address without brackets, or `*` for every interface (bind only);
    /// port 0 stands for any free one (bind only).
    case tcp(host: String, port: UInt16)
    /// The path of a local socket.
    case ipc(path: String)
    /// A name within one context.
    case inproc(name: String)

    /// The longest path of a local socket: `sockaddr_un` holds 108 bytes, the last of them 0.
    public static let longestPath = 107

    /// Reads an endpoint as a person writes it.
    ///
    /// - Throws: `MessagingError` saying which part is wrong and what is expected.
    public init(_ text: String) throws {
        guard let separator = text.firstRange(of: "://") else {
            throw MessagingError(
                "endpoint '\(text)': no scheme; expected tcp://HOST:PORT or ipc://PATH, for instance tcp://127.0.0.1:5555"
            )
        }
        let scheme = text[..<separator.lowerBound]
        let rest = String(text[separator.upperBound...])
        switch scheme {
        case "tcp": self = try Endpoint.readTCP(rest, in: text)
        case "ipc":
            self = .ipc(path: rest)
            try Endpoint.checkPath(rest, in: text)
        case "inproc":
            guard !rest.isEmpty else { throw MessagingError("endpoint '\(text)': the name after inproc:// is missing") }
            self = .inproc(name: rest)
        default:
            throw MessagingError("endpoint '\(text)': unknown scheme '\(scheme)'; expected tcp or ipc")
        }
    }

    private static func readTCP(_ rest: String, in text: String) throws -> Endpoint {
        guard let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") else {
            throw MessagingError(
                "endpoint '\(text)': no port; expected tcp://HOST:PORT, for instance tcp://127.0.0.1:5555")
        }
        var host = String(rest[..<colon])
        let portText = rest[rest.index(after: colon)...]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw MessagingError("endpoint '\(text)': an IPv6 address stands in brackets, as in tcp://[::1]:5555")
        }
        try checkNumbers(host, bracketed: rest.hasPrefix("["), in: text)
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == ";" }) else {
            throw MessagingError("endpoint '\(text)': '\(host)' is no host; expected a name, an address or *")
        }
        if portText == "*" { return .tcp(host: host, port: 0) }
        guard !portText.isEmpty, portText.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(portText)
        else {
            throw MessagingError("endpoint '\(text)': port '\(portText)' is not one of 0 to 65535")
        }
        return .tcp(host: host, port: port)
    }

    /// What looks like an address in numbers must be one: as a name it would be looked up in vain.
    private static func checkNumbers(_ host: String, bracketed: Bool, in text: String) throws {
        // The interface of a link-local address may be another machine's.
        let address = String(host.prefix { $0 != "%" })
        if bracketed {
            guard HostLookup.numeric(address)?.isIPv6 == true else {
                throw MessagingError(
                    "endpoint '\(text)': '\(host)' is no IPv6 address; expected one in the brackets, as in tcp://[::1]:5555"
                )
            }
        } else if host.contains("."), host.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }) {
            guard HostLookup.numeric(host) != nil else {
                throw MessagingError(
                    "endpoint '\(text)': '\(host)' is no IPv4 address; expected four numbers up to 255, as in"
                        + " tcp://127.0.0.1:5555")
            }
        }
    }

    private static func checkPath(_ path: String, in text: String) throws {
        guard path.hasPrefix("/") else {
            throw MessagingError(
                "endpoint '\(text)': expected an absolute path after ipc://, as in ipc:///run/ganglion/a")
        }
        guard !path.hasSuffix("/"), !path.utf8.contains(0) else {
            throw MessagingError("endpoint '\(text)': '\(path)' is no path of a file")
        }
        guard path.utf8.count <= longestPath else {
            throw MessagingError(
                "endpoint '\(text)': the path has \(path.utf8.count) bytes and a local socket's may have \(longestPath); use a shorter one"
            )
        }
    }

    public var description: String {
        switch self {
        case .tcp(let host, let port): "tcp://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .ipc(let path): "ipc://\(path)"
        case .inproc(let name): "inproc://\(name)"
        }
    }

    /// Whether nobody outside this machine can reach it: a local socket, a name in a process, a loopback address.
    public var isLocal: Bool {
        switch self {
        case .ipc, .inproc: return true
        case .tcp(let host, _):
            return Endpoint.isLoopbackName(host) || HostLookup.numeric(host)?.isLoopback == true
        }
    }

    /// Names that stand for this machine alone (RFC 6761), and Debian's for ::1.
    static func isLoopbackName(_ host: String) -> Bool {
        ["localhost", "ip6-localhost", "ip6-loopback"].contains(host.lowercased())
    }

    /// The same port at an address.
    func withNumbers(_ address: HostAddress) -> Endpoint {
        guard case .tcp(_, let port) = self else { return self }
        return .tcp(host: address.description, port: port)
    }

    /// With the first address that its host stands for: what libzmq is given.
    func inNumbers() throws -> Endpoint {
        guard case .tcp(let host, _) = self else { return self }
        do {
            return withNumbers(try HostLookup.addresses(of: host)[0])
        } catch {
            throw MessagingError("cannot connect to \(self): '\(host)' has no address (\(error))", code: EADDRNOTAVAIL)
        }
    }

    /// Where a coordinator at this endpoint publishes parameters: the next port (any free one for port 0), the path
    /// or name with `.pub` behind it.
    ///
    /// - Throws: `MessagingError` where the port is 65535 or the path becomes too long.
    package func publisher() throws -> Endpoint {
        switch self {
        case .tcp(let host, let port):
            guard port < .max else {
                throw MessagingError("endpoint '\(self)': the next port is needed too; use a port up to 65534")
            }
            return .tcp(host: host, port: port == 0 ? 0 : port + 1)
        case .ipc(let path):
            let path = Endpoint.publisherPath(path)
            try Endpoint.checkPath(path, in: "ipc://\(path)")
            return .ipc(path: path)
        case .inproc(let name): return .inproc(name: name + ".pub")
        }
    }

    static func publisherPath(_ path: String) -> String { path + ".pub" }

    /// The publisher's endpoint as seen by whoever reached the coordinator at this endpoint: a coordinator bound to
    /// every interface does not know by which name it is known.
    package func reachedPublisher(announced: Endpoint) -> Endpoint {
        switch (self, announced) {
        case (.tcp(let host, _), .tcp(_, let port)): .tcp(host: host, port: port)
        case (.ipc(let path), .ipc): .ipc(path: Endpoint.publisherPath(path))
        default: announced
        }
    }

    /// Checks that one can connect to it.
    ///
    /// - Throws: `MessagingError` for the host `*` and port 0.
    package func requireConnectable() throws {
        guard case .tcp(let host, let port) = self else { return }
        guard host != "*" else { throw MessagingError("endpoint '\(self)': * is for binding; connect to a host") }
        guard port != 0 else { throw MessagingError("endpoint '\(self)': port 0 is for binding; connect to a port") }
    }

    /// - Throws: `MessagingError` where no other process could meet this one there, parameters' publisher included.
    package func requireShared() throws {
        if case .inproc = self {
            throw MessagingError(
                "endpoint '\(self)': inproc stays within a process; expected tcp://HOST:PORT or ipc://PATH")
        }
        _ = try publisher()
    }
}
