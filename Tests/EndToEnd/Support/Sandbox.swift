import Foundation
import Testing

/// A folder of a test's own for everything its processes touch, and the processes: at the end both are gone.
final class Sandbox {
    let path: String
    private let environment: [String: String]
    private var processes: [GanglionProcess] = []

    init() throws {
        // Short: a local socket's path has 107 bytes at most.
        var template = Array("/tmp/ganglion-e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("no folder can be made in /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var environment = ProcessInfo.processInfo.environment
        environment["XDG_RUNTIME_DIR"] = "\(path)/run-time"
        self.environment = environment
        for folder in ["run-time", "logs"] {
            try FileManager.default.createDirectory(atPath: file(folder), withIntermediateDirectories: false)
        }
    }

    deinit {
        let children = processes.flatMap { ProcessTable.children(of: $0.identifier) }
        for process in processes { process.kill() }
        // They end by themselves; the folder must not go before them.
        _ = try? waitFor("workers to end") { children.contains(where: ProcessTable.isRunning) ? nil : true }
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func file(_ name: String, holding bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
        return file(name)
    }

    func run(_ name: String) -> RunFolder { RunFolder(name, in: self) }

    /// Starts `ganglion`, or another program, behind the words of a launcher where there are any.
    func start(
        _ arguments: [String], launcher: [String] = [], program: String = GanglionProcess.executable
    ) throws -> GanglionProcess {
        let process = try GanglionProcess(
            arguments, name: "\(processes.count)", in: file("logs"), environment: environment, launcher: launcher,
            program: program)
        processes.append(process)
        return process
    }

    /// All processes that were started here.
    var identifiers: [pid_t] { processes.map(\.identifier) }

    /// Runs `ganglion` to its end, which must be success.
    @discardableResult
    func complete(
        _ arguments: [String], launcher: [String] = [], program: String = GanglionProcess.executable,
        seconds: Double = patience, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> GanglionProcess {
        let process = try start(arguments, launcher: launcher, program: program)
        let exit = try process.wait(seconds: seconds)
        try #require(exit == .status(0), "\(exit): \(process)", sourceLocation: sourceLocation)
        return process
    }

    /// What local sockets have left behind: nothing, unless their owner was killed.
    var runtimeRemains: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: file("run-time"))) ?? []
    }
}
