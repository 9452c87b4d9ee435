import FileFormats
import Foundation
import RunConfiguration

/// Where the coordinator of a run is found while it lives, for whoever watches on its machine: `.coordinator` in the run's
/// directory.
///
/// No secret stands in it (directories of runs are copied and published): only the path of the file with the keys.
package struct CoordinatorAddress: Hashable, Sendable {
    package var process: ProcessMark
    /// As a client connects to it.
    package var endpoint: String
    /// The coordinator's own key file, which it also lets in; nil where it does without keys.
    package var keyFile: String?
    /// The coordinator's public key.
    package var publicKey: String?
    /// The command that goes on with the run.
    package var command: RunCommand

    package init(
        endpoint: String, keyFile: String? = nil, publicKey: String? = nil, command: RunCommand = .train
    ) {
        self.command = command
        process = .current
        self.endpoint = endpoint
        self.keyFile = keyFile
        self.publicKey = publicKey
    }
}

extension RunDirectory {
    package var addressPath: String { "\(path)/.coordinator" }

    /// Says where the coordinator is found.
    /// - Throws: `RunError` if it cannot be written.
    package func write(_ address: CoordinatorAddress) throws {
        var lines = address.process.lines + [("endpoint", address.endpoint)]
        if let keyFile = address.keyFile { lines.append(("key-file", keyFile)) }
        if let publicKey = address.publicKey { lines.append(("public-key", publicKey)) }
        lines.append(("command", address.command.text))
        try RunError.rethrowing { try AtomicFile.write(Array(MarkFile.text(lines).utf8), to: addressPath) }
    }

    /// Where the coordinator is found, or was when it was killed; nil where it has ended, or never began.
    package var address: CoordinatorAddress? {
        guard let bytes = try? InputFile.bytes(of: addressPath, limit: MarkFile.maximumBytes) else { return nil }
        let fields = MarkFile.fields(String(decoding: bytes, as: UTF8.self))
        guard let process = ProcessMark(fields: fields), let endpoint = fields["endpoint"] else { return nil }
        var address = CoordinatorAddress(
            endpoint: endpoint, keyFile: fields["key-file"], publicKey: fields["public-key"])
        address.process = process
        if let command = fields["command"] { address.command = RunCommand(text: command) }
        return address
    }

    /// Takes the address back at the coordinator's end.
    package func removeAddress() {
        if address?.process == .current { unlink(addressPath) }
    }
}
