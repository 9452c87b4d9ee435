import ArgumentParser
import Foundation
import Messaging
import RunConfiguration
import Runs
import UserErrors

/// How whoever connects to a coordinator proves who it is, and knows the coordinator.
struct WorkerKeyOptions: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help: ArgumentHelp(
            "This process's key file ('\(ProgramName.current) keys new' makes one); the coordinator must allow its public key.",
            valueName: "file"))
    var keyFile: String?

    @Option(
        help: ArgumentHelp("The coordinator's public key, or a file with it (NAME.pub).", valueName: "key|file"))
    var coordinatorKey: String?

    @Flag(help: "Connect through a network without keys: no encryption, and anybody may answer.")
    var insecure = false

    /// The keys for `endpoint`.
    ///
    /// - Throws: `RunError` (usage) where an address of another machine has no keys, or flags contradict;
    ///   `MessagingError` where a file is not as it must be.
    func security(for endpoint: Endpoint) throws -> SocketSecurity {
        switch (keyFile, coordinatorKey) {
        case (let keyFile?, let coordinatorKey?):
            guard !insecure else { throw InsecureAddress.contradiction(flag: "--key") }
            return .client(try KeyFile.read(keyFile), server: try Self.publicKey(coordinatorKey))
        case (_?, nil):
            throw RunError(
                .usage, at: "--key", "comes with the coordinator's public key",
                expected: "--coordinator-key KEY or FILE",
                advice: "'\(ProgramName.current) keys show FILE' prints it there")
        case (nil, _?):
            throw RunError(
                .usage, at: "--coordinator-key", "comes with this process's own keys", expected: "--key FILE",
                advice: "'\(ProgramName.current) keys new' makes it")
        case (nil, nil):
            try InsecureAddress.check(
                endpoint, flag: "--connect", insecure: insecure, needed: "--key FILE and --coordinator-key KEY",
                risk: "whoever is on the way can read and change what this process is told and what it answers")
            return .plain
        }
    }

    /// A key as text, or the key in a file of that name.
    private static func publicKey(_ text: String) throws -> CurvePublicKey {
        if let key = CurvePublicKey(text), !FileManager.default.fileExists(atPath: text) { return key }
        guard FileManager.default.fileExists(atPath: text) else {
            // Not quoted: it might be a secret that went astray.
            throw RunError(
                .usage, at: "--coordinator-key", "is neither a public key nor a file",
                expected: "40 characters of Z85 in quotes, or a file", found: "\(text.count) characters",
                advice: "'\(ProgramName.current) keys show FILE' prints a key")
        }
        return try KeyFile.readPublicKey(text)
    }
}
