import ArgumentParser
import Coordination
import FileFormats
import Foundation
import Messaging
import RunConfiguration
import Runs
import UserErrors

/// A coordinator's keys, who may connect, and what may be done without.
struct CoordinatorKeyOptions: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help: ArgumentHelp(
            "The coordinator's key file ('\(ProgramName.current) keys new' makes one).", valueName: "file"))
    var keyFile: String?

    @Option(
        name: .customLong("allow"),
        help: ArgumentHelp("The public keys of workers that may connect: a file, a key a line.", valueName: "file"))
    var allowFile: String?

    @Flag(help: "Bind to an address that other machines reach without keys: no encryption, and anybody may connect.")
    var insecure = false

    /// The keys for `endpoint`; nil where it does without.
    ///
    /// - Parameter settings: where the configuration names the files that flags do not.
    /// - Throws: `RunError` (usage) where an address that other machines reach has no keys, or flags contradict;
    ///   `MessagingError` where a file is not as it must be.
    func security(for endpoint: Endpoint, settings: ClusterSettings) throws -> CoordinatorSecurity? {
        let key = keyFile ?? settings.keyFile
        let allow = allowFile ?? settings.allowFile
        switch (key, allow) {
        case (let key?, let allow?):
            guard !insecure else { throw InsecureAddress.contradiction(flag: "--key") }
            let keys = try KeyFile.read(key)
            // Who has the coordinator's own secret key may watch ('status --run').
            return CoordinatorSecurity(
                keys: keys, access: AccessControl(try AllowList(contentsOf: allow), and: keys.publicKey))
        case (_?, nil):
            throw RunError(
                .usage, at: "--key", "comes with a list of who may connect",
                expected: "--allow FILE, a worker's public key a line", advice: "'cat *.pub > FILE' makes it")
        case (nil, _?):
            throw RunError(
                .usage, at: "--allow", "comes with the coordinator's own keys", expected: "--key FILE",
                advice: "'\(ProgramName.current) keys new coordinator' makes it")
        case (nil, nil):
            try InsecureAddress.check(
                endpoint, flag: "--bind", insecure: insecure, needed: "--key FILE and --allow FILE",
                risk: "whoever reaches it can read the configuration and the parameters, change what is on its way,"
                    + " take part as a worker, and fill this process's memory")
            return nil
        }
    }
}

/// Addresses that other machines reach, and what it means to use one without keys.
enum InsecureAddress {
    /// Refuses an address that other machines reach, or says aloud what is given up.
    static func check(_ endpoint: Endpoint, flag: String, insecure: Bool, needed: String, risk: String) throws {
        guard !endpoint.isLocal else { return }
        guard insecure else {
            throw RunError(
                .usage, at: "\(flag) \(endpoint)", "is reached through a network and has no keys",
                expected: "\(needed), or a loopback or ipc address",
                advice:
                    "'\(ProgramName.current) keys new' makes keys; --insecure does without, where everybody on the network is trusted"
            )
        }
        let sentence = "--insecure: \(endpoint) has no encryption and no keys: \(risk)"
        StandardError.write(RunError.warningLine(sentence))
    }

    static func contradiction(flag: String) -> RunError {
        RunError(.usage, at: "--insecure", "contradicts \(flag)", advice: "leave one of the two out")
    }
}
