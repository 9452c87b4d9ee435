import ArgumentParser
import Distributed
import Foundation
import Messaging

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows how a run is: step, rate, each worker, and the messages that were dropped.",
        discussion: """
            The address is the one that workers connect to, and asks for the same keys:

              ganglion status --connect tcp://coordinator-host:7700
              ganglion status --connect tcp://coordinator-host:7700 --watch
              ganglion status --connect tcp://coordinator-host:7700 --json
            """)

    @Option(help: "The coordinator's address: tcp://HOST:PORT or ipc:///PATH.")
    var connect: String

    @OptionGroup var keys: WorkerKeyOptions

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    @Flag(help: "Ask again every second, until Ctrl-C or the end of the run.")
    var watch = false

    @Option(
        parsing: .unconditional, help: "Seconds to wait for an answer; by default 5.", transform: NumberArgument.seconds
    )
    var timeout = 5.0

    func run() throws {
        let endpoint = try Connecting.endpoint(connect)
        let client = try StatusClient(
            endpoint, security: try keys.security(for: endpoint), context: try Context())
        try show(try client.ask(timeout: timeout))
        while watch {
            sleep(1)
            if !json { print("") }
            try show(try client.ask(timeout: timeout))
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
        fflush(nil)
    }
}
