import Foundation

/// An sshd on a loopback port, with keys and a configuration of its own, and a client's configuration that reaches it under the
/// names `node-a` and `node-b`. Both are the machine that the tests run on.
struct SecureShellServer {
    let process: GanglionProcess
    /// The ssh command that reaches it.
    let command: String
    /// The folder for temporary files of what it starts.
    let hostFolder: String

    /// Whether there is an sshd that may be started here. (OpenSSH's wants root, and `/run/sshd`.)
    static let isAllowed: Bool = {
        guard getuid() == 0, FileManager.default.isExecutableFile(atPath: "/usr/sbin/sshd"),
            FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh")
        else { return false }
        return mkdir("/run/sshd", 0o755) == 0 || errno == EEXIST
    }()

    /// - Parameter startUpFile: what the login shell reads before each command.
    init(in sandbox: Sandbox, startUpFile: String = "") throws {
        let folder = try sandbox.folder("ssh")
        hostFolder = try sandbox.folder("host")
        let port = try TCPSocket.freePortPair()
        for key in ["host", "user"] {
            let maker = try sandbox.startProgram(
                ["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/\(key)"])
            guard try maker.wait(seconds: 20) == .status(0) else { throw TestFailure("\(maker)") }
        }
        let shell = try sandbox.file("ssh/rc", holding: Array(startUpFile.utf8))
        let server = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder)/host
            PidFile none
            AuthorizedKeysFile \(folder)/user.pub
            StrictModes no
            PermitRootLogin yes
            UsePAM no
            SetEnv TMPDIR=\(hostFolder) BASH_ENV=\(shell)

            """
        let client = """
            Host node-a node-b
            HostName 127.0.0.1
            Port \(port)
            IdentityFile \(folder)/user
            IdentitiesOnly yes
            UserKnownHostsFile /dev/null
            StrictHostKeyChecking no
            LogLevel ERROR

            """
        let serverFile = try sandbox.file("ssh/server", holding: Array(server.utf8))
        let clientFile = try sandbox.file("ssh/client", holding: Array(client.utf8))
        command = "ssh -F \(clientFile)"
        process = try sandbox.startProgram(["/usr/sbin/sshd", "-D", "-e", "-f", serverFile])
        let listener = process
        try process.wait(until: "it listens", seconds: 20) { listener.standardError.contains("listening on") }
    }
}

extension Sandbox {
    /// Starts another program than `ganglion`, which it finds in `$GANGLION` and `$GANGLION_REMOTE`.
    func startProgram(_ words: [String], environment: [String: String] = [:]) throws -> GanglionProcess {
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let shell = ["/bin/bash", "-c", "export GANGLION=\"$0\" GANGLION_REMOTE=\"$0\"; exec \"$@\""]
        return try start(words, launcher: ["/usr/bin/env"] + variables + shell)
    }
}
