import UserErrors

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why nothing is heard of a coordinator, and what to do: no address, no answer, or keys.
package struct ConnectionFinding {
    /// The keys of this process.
    let security: SocketSecurity
    /// Whether the coordinator has said that it does not allow this process's key.
    var wasRefused = false

    package init(security: SocketSecurity, wasRefused: Bool = false) {
        self.security = security
        self.wasRefused = wasRefused
    }

    static let connected =
        "it is connected, and says nothing; look whether its process is stopped or its machine overloaded"

    /// Tries the addresses, which takes up to `CoordinatorProbe.patience`.
    func sentence(_ route: Route) -> String {
        switch route.endpoint {
        case .tcp(let host, let port):
            guard !route.addresses.isEmpty else {
                return "'\(host)' has no address (\(route.fault?.description ?? "unknown")); check the name"
            }
            let addresses = Array(route.addresses.prefix(8))
            return sentence(
                host, addresses, port: port,
                CoordinatorProbe.outcomes(addresses, port: port, security: security))
        case .ipc(let path): return sentence(path: path)
        case .inproc: return "start it"
        }
    }

    private func sentence(path: String) -> String {
        guard access(path, F_OK) == 0 else {
            return errno == EACCES
                ? "its folder may not be read by this user; run as the coordinator's user"
                : "there is no such socket; start the coordinator, or check the path"
        }
        guard access(path, W_OK) == 0 else {
            return "its socket may not be written by this user; run as the coordinator's user"
        }
        let outcome = CoordinatorProbe.outcomes([.local(path: path)], security)[0]
        return switch outcome {
        case .refused: "nobody listens at this socket any more; start the coordinator"
        case .silent, .mute: "nobody answers at this socket; look whether the coordinator's process is stopped"
        case .closed:
            "this socket closes connections at once; look in the coordinator's log whether it has descriptors left"
        case .foreign: "something else listens at this socket; check the path"
        case .failed(let reason): "this socket cannot be reached (\(reason)); check the path"
        case .greets, .otherKey, .hasExpectedKey:
            "the coordinator there \(clause(outcome, port: 0)); \(advice(outcome))"
        }
    }

    /// What became of each address: in one clause where all fared alike.
    package func sentence(
        _ host: String, _ addresses: [HostAddress], port: UInt16, _ outcomes: [CoordinatorProbe.Outcome]
    ) -> String {
        let names = Self.list(addresses.map { "\($0)" })
        // Whoever greets is a coordinator, and the one to be reached; else the first address that tells anything.
        let telling = outcomes.max { Self.rank($0) < Self.rank($1) } ?? .silent
        if let subject = subject(telling), outcomes.count == 1 {
            return "\(subject) \(clause(telling, port: port)); \(advice(telling))"
        }
        if Set(outcomes).count == 1 {
            let isName = addresses.count > 1 || "\(addresses[0])" != host
            let fate = clause(telling, port: port)
            let sentence =
                if !isName {
                    "this address \(fate)"
                } else if addresses.count == 1 {
                    "\(host) is \(names), which \(fate)"
                } else if telling == .silent {
                    "\(host) is \(names); \(addresses.count == 2 ? "neither" : "none") answers"
                } else {
                    "\(host) is \(names); each \(fate)"
                }
            return "\(sentence); \(advice(telling))"
        }
        let parts = zip(addresses, outcomes).map { "\($0) \(clause($1, port: port))" }
        return "\(host) is \(names): " + parts.joined(separator: ", ") + "; \(advice(telling))"
    }

    /// Whoever speaks ZMTP is no mere address.
    private func subject(_ outcome: CoordinatorProbe.Outcome) -> String? {
        switch outcome {
        case .greets, .otherKey, .hasExpectedKey: "the coordinator there"
        default: nil
        }
    }

    private enum Greeting {
        case lacksKeysHere, lacksKeysThere, refused, fits
    }

    private func greeting(hasKeys: Bool) -> Greeting {
        let hasOwn = if case .client = security { true } else { false }
        if hasKeys, !hasOwn { return .lacksKeysHere }
        if !hasKeys, hasOwn { return .lacksKeysThere }
        return wasRefused ? .refused : .fits
    }

    private func clause(_ outcome: CoordinatorProbe.Outcome, port: UInt16) -> String {
        switch outcome {
        case .refused: return "refuses connections to port \(port)"
        case .silent: return "does not answer"
        case .failed(let reason): return "cannot be reached (\(reason))"
        case .mute: return "takes the connection and says nothing"
        case .closed: return "closes the connection at once"
        case .foreign: return "is no coordinator's: something else listens there"
        case .otherKey: return "has another key than --coordinator-key gives"
        case .greets, .hasExpectedKey:
            switch greeting(outcome) {
            case .lacksKeysHere: return "asks for keys, and this process has none"
            case .lacksKeysThere: return "has no keys, and this process has"
            case .refused: return "does not allow this process's key"
            case .fits: return "answers, but has not let this process in yet"
            }
        }
    }

    private func advice(_ outcome: CoordinatorProbe.Outcome) -> String {
        switch outcome {
        case .refused: return "start the coordinator, or check the port and its --bind"
        case .silent: return "check the address, whether that machine is on, and firewalls"
        case .failed: return "check the address and the network"
        case .mute: return "look whether the coordinator's process is stopped, and check the port"
        case .closed: return "look in the coordinator's log whether it has descriptors left, and check the port"
        case .foreign: return "check the port"
        case .otherKey: return "compare with '\(ProgramName.current) keys show' of the coordinator's key file"
        case .greets, .hasExpectedKey:
            switch greeting(outcome) {
            case .lacksKeysHere: return "add --key FILE and --coordinator-key KEY"
            case .lacksKeysThere:
                return "leave --key and --coordinator-key out, or start the coordinator with --key and --allow"
            case .refused:
                guard case .client(let own, _) = security else { return "start it with --allow" }
                return "add '\(own.publicKey)' to the list that its --allow names, and start it again"
            case .fits: return "its machine or the network may be overloaded; wait longer (--timeout)"
            }
        }
    }

    private func greeting(_ outcome: CoordinatorProbe.Outcome) -> Greeting {
        if case .greets(let hasKeys) = outcome { return greeting(hasKeys: hasKeys) }
        return greeting(hasKeys: true)
    }

    /// The further an attempt came, the more it tells.
    private static func rank(_ outcome: CoordinatorProbe.Outcome) -> Int {
        switch outcome {
        case .failed: 0
        case .silent: 1
        case .refused: 2
        case .foreign: 3
        case .closed: 4
        case .mute: 5
        case .greets, .otherKey: 6
        case .hasExpectedKey: 7
        }
    }

    private static func list(_ items: [String]) -> String {
        items.count < 2 ? items.joined() : items.dropLast().joined(separator: ", ") + " and " + items.last!
    }
}
