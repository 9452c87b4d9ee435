import Foundation
import Testing

/// What `scripts/launch-ssh` makes of a file of hosts. An ssh that only notes its arguments stands in for the connection.
@Suite struct HostsFileTests {
    struct Line: Sendable, CustomTestStringConvertible {
        var text: String
        /// The word that ssh gets as its destination.
        var destination: String
        var testDescription: String { "\(Array(text.utf8).count) bytes, \(destination)" }

        init(_ text: String, _ destination: String) { (self.text, self.destination) = (text, destination) }
    }

    static let lines = [
        Line("node-a", "node-a"), Line("node-a 8\n", "node-a"), Line("node-a\t8", "node-a"),
        Line("  node-a  8  # eight cores", "node-a"), Line("node-a 8#cores\n", "node-a"), Line("node-a,8", "node-a"),
        Line("node-a slots=8", "node-a"), Line("# comment\n\n \t\nnode-a 8\n", "node-a"),
        // Line ends of Windows and of an old Mac, and an editor's byte order mark.
        Line("\r\nnode-a 8\r\n", "node-a"), Line("# comment\rnode-a 8\r", "node-a"),
        Line("\u{FEFF}node-a\r\n", "node-a"),
        Line("alice@node-a 8", "alice@node-a"), Line("node-b:2222 8", "ssh://node-b:2222"),
        Line("bob@node-b:2222", "ssh://bob@node-b:2222"), Line("ssh://bob@node-b:2222", "ssh://bob@node-b:2222"),
        Line("a.b@mail@node-b", "a.b@mail@node-b"), Line("node_b.example.org.", "node_b.example.org."),
        Line("192.0.2.7 4", "192.0.2.7"), Line("192.0.2.7:22", "ssh://192.0.2.7:22"),
        Line("fd77::2 4", "fd77::2"), Line("[fd77::2] 4", "fd77::2"), Line("bob@[fd77::2]", "bob@fd77::2"),
        Line("bob@[fd77::2]:2222", "ssh://bob@[fd77::2]:2222"), Line("fe80::1%eth0", "fe80::1%eth0"),
        // This machine, but by another user or port.
        Line("bob@localhost", "bob@localhost"), Line("localhost:2222", "ssh://localhost:2222"),
    ]

    @Test(arguments: lines) func destination(of line: Line) throws {
        let pad = try Launchpad()
        let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" >'\(pad.sandbox.file("words"))'\nexit 255\n"
        let ssh = try pad.sandbox.script("ssh", script)
        let launcher = try pad.overSSH(line.text, ssh: ssh)
        #expect(try launcher.wait() == .status(69), "\(launcher)")
        #expect(launcher.standardError.contains("cannot be reached over ssh"), "\(launcher)")
        let words = try String(contentsOfFile: pad.sandbox.file("words"), encoding: .utf8).split(separator: "\n")
        // Behind it stands the command.
        #expect(words.dropLast().last.map(String.init) == line.destination)
        pad.expectNothingLeft()
    }

    static let faults = [
        Line("node-a 0", "line 1"), Line("node-a 8 9", "line 1"), Line("\nnode-a eight", "line 2"),
        Line("node-a\r\nnode-b -1\r\n", "line 2"), Line("node-a\rnode-b x\r", "line 2"), Line("node-a 1025", "1024"),
        Line("node-a 99999999999999999999", "line 1"), Line("node-a 08", "line 1"), Line("node-a:", "USER@HOST:PORT"),
        Line("node-a:0", "USER@HOST:PORT"), Line("node-a:65536", "USER@HOST:PORT"),
        Line("node-a:ssh", "USER@HOST:PORT"),
        Line("[fd77::2", "USER@HOST:PORT"), Line("fd77::2]", "USER@HOST:PORT"), Line("bob@", "USER@HOST:PORT"),
        Line("-oProxyCommand=id", "is no host"), Line("bob@-oProxyCommand=id", "USER@HOST:PORT"),
        Line("$(id)", "is no host"), Line("node-a;id", "is no host"), Line("n\u{F6}de", "is no host"),
        Line("", "names no host"),
        Line("# node-a 8\n", "names no host"),
    ]

    @Test("what is no host is named by its line, before anything is connected", arguments: faults)
    func fault(line: Line) throws {
        let pad = try Launchpad()
        let launcher = try pad.overSSH(line.text, ssh: "/bin/false")
        #expect(try launcher.wait() == .status(65), "\(launcher)")
        #expect(launcher.standardError.contains(line.destination), "\(launcher)")
        #expect(launcher.standardError.hasPrefix("launch-ssh: \(pad.sandbox.file("hosts-of-run"))"), "\(launcher)")
        #expect(launcher.standardError.split(separator: "\n").count == 1, "\(launcher)")
        pad.expectNothingLeft()
    }

    struct Usage: Sendable, CustomTestStringConvertible {
        var options: [String]
        var sentence: String
        var testDescription: String { options.joined(separator: " ") }

        init(_ options: String..., says sentence: String) { (self.options, self.sentence) = (options, sentence) }
    }

    static let usages = [
        Usage("--port", "0", says: "--port: expected 1 to 65534, got '0'"),
        Usage("--port=65535", says: "the next port is used too"), Usage("--port=x", says: "got 'x'"),
        Usage("--direct=10.0.0.1:7700", says: "an address without a port"),
        Usage("--direct", "a b", says: "--direct: expected a name or an address"),
        Usage("--bind", "tcp://*:7700", says: "--bind is chosen here"), Usage("--key=x", says: "keys are made here"),
    ]

    @Test(arguments: usages) func usage(usage: Usage) throws {
        let pad = try Launchpad()
        let launcher = try pad.overSSH("node-a 1\n", ssh: "/bin/false", options: usage.options)
        #expect(try launcher.wait() == .status(64), "\(launcher)")
        #expect(launcher.standardError.contains(usage.sentence), "\(launcher)")
    }

    @Test func noFile() throws {
        let pad = try Launchpad()
        for (file, code) in [(pad.sandbox.file("none"), 66), (pad.sandbox.path, 66), ("--run", 64)] as [(String, Int32)]
        {
            let launcher = try pad.start("launch-ssh", file)
            #expect(try launcher.wait() == .status(code), "\(launcher)")
        }
    }
}
