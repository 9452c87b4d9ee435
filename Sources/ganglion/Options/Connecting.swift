import ArgumentParser
import Messaging

/// What the values of `--connect` and `--timeout` must be, for every command that connects.
enum Connecting {
    /// - Throws: a usage error where the text is no address, or one that cannot be connected to.
    static func endpoint(_ text: String) throws -> Endpoint {
        try Failure.usage("--connect") {
            let endpoint = try Endpoint(text)
            try endpoint.requireConnectable()
            return endpoint
        }
    }

    static func validate(timeout: Double) throws {
        guard timeout.isFinite, timeout > 0 else {
            throw ValidationError("--timeout: expected a positive number of seconds, got \(timeout)")
        }
    }
}
