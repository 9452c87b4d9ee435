import Messaging

/// What the value of `--connect` must be, for every command that connects.
enum Connecting {
    /// - Throws: a usage error where the text is no address, or one that cannot be connected to.
    static func endpoint(_ text: String) throws -> Endpoint {
        try Failure.usage("--connect") {
            let endpoint = try Endpoint(text)
            try endpoint.requireShared()
            try endpoint.requireConnectable()
            return endpoint
        }
    }
}

extension Endpoint {
    /// The same as this machine connects to it: the loopback where it stands for every interface.
    var fromThisMachine: Endpoint {
        guard case .tcp(let host, let port) = self, ["*", "0.0.0.0", "::"].contains(host) else { return self }
        return .tcp(host: host == "::" ? "::1" : "127.0.0.1", port: port)
    }
}
