import Coordination
import Foundation
import Messaging
import UserErrors

/// What a coordinator says about where it is: an address that workers can use, and who can reach it.
package struct AnnouncedAddress {
    private let endpoint: Endpoint
    /// What the endpoint's host stands for.
    private let bound: [HostAddress]

    package init(_ driver: CoordinatorDriver) { self.init(driver.endpoint, bound: driver.addresses) }

    package init(_ endpoint: Endpoint, bound: [HostAddress]) {
        self.endpoint = endpoint
        self.bound = bound
    }

    /// - Parameter publicKey: the coordinator's; nil where connections have no keys.
    package func lines(publicKey: CurvePublicKey?) -> [String] {
        let keys = publicKey.map { " --key FILE --coordinator-key '\($0)'" } ?? ""
        let start =
            "coordinator at \(endpoint); start workers with: \(ProgramName.current) worker --connect \(reachable)\(keys)"
        return [start] + [note(hasKeys: publicKey != nil)].compactMap { $0 }
    }

    /// The endpoint as another machine names it: a wildcard stands for this host, an interface for its address.
    private var reachable: Endpoint {
        guard case .tcp(let host, let port) = endpoint else { return endpoint }
        if bound.contains(where: { $0.isWildcard }) {
            let name = ProcessInfo.processInfo.hostName
            let isKnown = (try? HostLookup.addresses(of: name)) != nil
            return .tcp(host: isKnown ? name : others.first?.description ?? "127.0.0.1", port: port)
        }
        guard LocalAddresses.all().contains(where: { $0.interface == host }) else { return endpoint }
        let best = bound.first { !$0.isIPv6 } ?? bound.first { !$0.isLinkLocal } ?? bound.first
        return .tcp(host: best?.description ?? host, port: port)
    }

    /// The addresses at which other machines reach a wildcard.
    private var others: [HostAddress] {
        LocalAddresses.reachable().filter { !$0.isIPv6 || bound.contains { $0.isIPv6 } }
    }

    private func note(hasKeys: Bool) -> String? {
        guard case .tcp(let host, let port) = endpoint else { return nil }
        if bound.contains(where: { $0.isWildcard }) {
            guard !others.isEmpty else {
                return "this machine has no address that others reach: only its own workers can connect"
            }
            let list = others.prefix(4).map { Endpoint.tcp(host: $0.description, port: port).description }
            return "where that name is not known: " + list.joined(separator: " or ")
        }
        guard !bound.isEmpty, bound.allSatisfy({ $0.isLoopback }) else { return nil }
        // A loopback address without keys is meant for this machine.
        guard hasKeys || !endpoint.isLocal else { return nil }
        let address = bound.map { $0.description }.joined(separator: " and ")
        let meaning = host == address ? address : "\(host) is \(address) here, which"
        return
            "\(meaning) is this machine alone: workers of others cannot connect; --bind 'tcp://*:\(port)' takes them too"
    }
}

extension Endpoint {
    /// The same as this machine connects to it: the loopback where it stands for every interface.
    var fromThisMachine: Endpoint {
        guard case .tcp(let host, let port) = self, ["*", "0.0.0.0", "::"].contains(host) else { return self }
        return .tcp(host: host == "::" ? "::1" : "127.0.0.1", port: port)
    }
}
