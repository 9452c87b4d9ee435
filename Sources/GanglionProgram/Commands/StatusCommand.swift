import ArgumentParser
import Coordination
import Foundation
import Messaging
import RunConfiguration
import Runs
import UserErrors

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows how a run is: step, rate, each worker, and the messages that were dropped.",
        discussion: """
            Of a run of this machine, by its directory, which says where its coordinator and its keys are:

              \(ProgramName.current) status --run runs/first
              \(ProgramName.current) status --run runs/first --watch

            Of any run, by the address that workers connect to, which asks for the same keys:

              \(ProgramName.current) status --connect tcp://coordinator-host:7700 --key FILE --coordinator-key KEY --json

            The exit code is 75 where no coordinator answers: the run is not going on. --watch ends with 0 when the
            run has ended.
            """)

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("The directory of a run that goes on on this machine.", valueName: "dir"))
    var directory: String?

    @Option(help: "The coordinator's address: tcp://HOST:PORT or ipc:///PATH.")
    var connect: String?

    @OptionGroup var keys: WorkerKeyOptions

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    @Flag(help: "Ask again every second, until Ctrl-C or the end of the run.")
    var watch = false

    @Option(
        parsing: .unconditional, help: "Seconds to wait for an answer; by default 5.", transform: NumberArgument.seconds
    )
    var timeout = 5.0

    func validate() throws {
        switch (directory, connect) {
        case (nil, nil): throw ValidationError("Nothing to ask; give --run DIR or --connect ADDRESS.")
        case (_?, _?): throw ValidationError("--run and --connect cannot be given together; give one of them.")
        default: break
        }
    }

    func run() throws {
        try DescriptorLimit.require(workers: 0)
        let folder = try directory.map { try WatchedRun($0) }
        if watch, let end = folder?.end { return showEnd(end, step: end.step, steps: end.steps) }
        let endpoint: Endpoint
        let security: SocketSecurity
        if let folder {
            (endpoint, security) = try folder.connection(keys)
        } else {
            endpoint = try Connecting.endpoint(connect ?? "")
            security = try keys.security(for: endpoint)
        }
        var client = try StatusClient(endpoint, security: security, context: try Context())
        var last: ClusterStatus?
        while true {
            switch try answer(&client, folder, isFirst: last == nil) {
            case .status(let status):
                if last != nil, !json { print("") }
                try show(status)
                last = status
            case .ended(let reason, let finished):
                let steps = last?.steps ?? 0
                return showEnd(
                    RunEnd(run: last?.run, reason: reason, finished: finished),
                    step: finished ? steps : last?.step ?? 0, steps: steps)
            }
            guard watch, StandardOutput.isWanted() else { return }
            StandardOutput.wait(seconds: 1)
            guard StandardOutput.isWanted() else { return }
        }
    }

    /// The coordinator's answer; for a run's directory, the end that it tells of where there is none.
    private func answer(_ client: inout StatusClient, _ folder: WatchedRun?, isFirst: Bool) throws
        -> StatusClient.Answer
    {
        do {
            let answer = try client.answer(timeout: timeout)
            if isFirst, !watch, case .ended(let reason, _) = answer {
                throw CoordinationError.coordinatorStopped(reason)
            }
            return answer
        } catch let error as CoordinationError {
            guard case .coordinatorLost = error, let folder else { throw error }
            let now = try WatchedRun(folder.path)
            if watch, let end = now.end { return .ended(reason: end.reason, finished: true) }
            try now.expectRunning()
            throw error
        }
    }

    private func show(_ status: ClusterStatus) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(status), as: UTF8.self))
        } else {
            print(StatusReport.text(status))
        }
    }

    private func showEnd(_ end: RunEnd, step: UInt64, steps: UInt64) {
        if json {
            print(StatusReport.json(end, step: step, steps: steps))
        } else {
            print("the run has ended at step \(step) of \(steps): \(end.reason)")
        }
    }
}
