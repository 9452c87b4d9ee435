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
