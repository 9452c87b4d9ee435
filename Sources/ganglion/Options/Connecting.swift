import ArgumentParser
import Messaging

/// What the values of `--connect` and `--timeout` must be, for every command that connects.
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

    static func validate(timeout: Double) throws {
        guard timeout > 0, timeout <= 31_536_000 else {
            throw ValidationError("--timeout: expected a number of seconds over 0, at most a year, got \(timeout)")
        }
    }
}
