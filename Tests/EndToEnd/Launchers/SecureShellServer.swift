import Foundation

/// An sshd with keys and a configuration of its own, and a client's configuration that reaches it as `node-a` and `node-b`: both
/// are the machine that the tests run on, or a network namespace of it.
struct SecureShellServer {
    /// The ssh command that reaches it.
    let command: String
    /// `$TMPDIR` of what it starts.
    let temporaryFolder: String
    private let process: GanglionProcess

    /// Whether an sshd may be started here, and root log in. (OpenSSH's wants root, `/run/sshd`, and no locked account.)
    static let isAllowed: Bool = {
        let programs = ["/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen"]
        guard getuid() == 0, programs.allSatisfy(FileManager.default.isExecutableFile) else { return false }
        let accounts = (try? String(contentsOfFile: "/etc/shadow", encoding: .utf8)) ?? ""
        guard !accounts.split(separator: "\n").contains(where: { $0.hasPrefix("root:!") }) else { return false }
        return mkdir("/run/sshd", 0o755) == 0 || errno == EEXIST
    }()

    /// - Parameters:
    ///   - startUpFile: what bash, as a login shell, reads before each command.
    ///   - options: more lines of the server's configuration.
    ///   - clientOptions: more lines of the client's.
    ///   - network: where it listens on the right side; without it, on this machine's loopback.
    init(
        in sandbox: Sandbox, startUpFile: String = "", options: String = "", clientOptions: String = "",
        network: NetworkPair? = nil
    ) throws {
        let folder = try sandbox.folder("ssh")
        temporaryFolder = try sandbox.folder("host")
        let home = try sandbox.folder("home")
        let port = try TCPSocket.freePortPair()
        let address = network?.address(.right) ?? "127.0.0.1"
        for key in ["host", "user"] {
            let maker = try sandbox.startProgram(
                ["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/\(key)"])
            guard try maker.wait() == .status(0) else { throw TestFailure("\(maker)") }
        }
        _ = try sandbox.file("home/.bashrc", holding: Array(startUpFile.utf8))
        let server = """
            Port \(port)
            ListenAddress \(address)
            HostKey \(folder)/host
            PidFile none
            AuthorizedKeysFile \(folder)/user.pub
            StrictModes no
            PermitRootLogin yes
            UsePAM no
            SetEnv TMPDIR=\(temporaryFolder) HOME=\(home)
            \(options)

            """
        let client = """
            Host node-a node-b
            HostName \(address)
            Port \(port)
            IdentityFile \(folder)/user
            IdentitiesOnly yes
            UserKnownHostsFile /dev/null
            StrictHostKeyChecking no
            LogLevel ERROR
            \(clientOptions)

            """
        let serverFile = try sandbox.file("ssh/server", holding: Array(server.utf8))
        let clientFile = try sandbox.file("ssh/client", holding: Array(client.utf8))
        command = "ssh -F \(clientFile)"
        // A watchman ends it where the tests were killed and could not.
        let watched = "(while kill -0 $1 && kill -0 $$; do sleep 1; done; kill $$) 2>/dev/null & shift; exec \"$@\""
        let process = try sandbox.startProgram(
            ["/bin/bash", "-c", watched, "sshd", "\(getpid())", "/usr/sbin/sshd", "-D", "-e", "-f", serverFile],
            launcher: network?.launcher(.right) ?? [])
        try process.wait(until: "it listens") { process.standardError.contains("listening on") }
        self.process = process
    }
}

extension Sandbox {
    /// Starts another program than `ganglion`, which it finds in `$GANGLION`.
    func startProgram(
        _ words: [String], environment: [String: String] = [:], launcher: [String] = []
    ) throws -> GanglionProcess {
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return try start(
            words,
            launcher: launcher + ["/usr/bin/env"] + variables + ["/bin/bash", "-c", #"GANGLION=$0 exec "$@""#])
    }

    /// Writes a shell script that can be started, and gives its path.
    ///
    /// Another process writes it: what is open for writing here may be so in a process that another test is just starting, and
    /// such a file cannot be executed ("text file busy").
    func script(_ name: String, _ text: String) throws -> String {
        let source = try file("\(name).sh", holding: Array(text.utf8))
        let copy = try startProgram(["/usr/bin/install", "-m", "755", source, file(name)])
        guard try copy.wait() == .status(0) else { throw TestFailure("\(copy)") }
        return file(name)
    }
}
