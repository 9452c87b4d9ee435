import ArgumentParser
import Distributed
import Foundation
import Messaging
import Runs

struct CoordinatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Holds the parameters of a run; workers on any machine connect to it.",
        discussion: """
            One machine coordinates, any machine works:

              ganglion coordinator --bind tcp://0.0.0.0:7700 --insecure --data glyphs --run runs/cluster
              ganglion worker --connect tcp://coordinator-host:7700

            Parameters are published on the next port (7701 here): open both. The connection is not encrypted: on any
            address but loopback, --insecure says that the network is trusted. Workers may come and go at any time.
            """)

    @Option(help: "Where workers connect: tcp://HOST:PORT or ipc:///PATH.")
    var bind: String

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .customLong("run"), help: "The run's directory; by default runs/PRESET-SEED.")
    var directory: String?

    @Flag(help: "Go on with the run in the directory, from its newest good checkpoint.")
    var resume = false

    @Flag(help: "Bind to an address that other machines reach, without encryption and without knowing who connects.")
    var insecure = false

    @Flag(help: "Accept workers whose arithmetic gives other bits: the run can then not be repeated bit for bit.")
    var allowMixed = false

    func run() throws {
        let endpoint = try Failure.usage("--bind") { try Endpoint(bind) }
        guard endpoint.isLocal || insecure else {
            throw RunError(
                .usage, at: "--bind \(endpoint)", "other machines reach this address, and the connection has no keys",
                expected: "a loopback or ipc address, or --insecure",
                advice: "add --insecure if everybody on that network is trusted")
        }
        let plan = try RunPlan(options: options, directory: directory, resumes: resume)
        let stop = try StopRequest()
        let interruption = Interruption(stop)
        let display = ProgressDisplay()
        let session = try plan.begin(display: display, expectedWorkers: plan.configuration.cluster.minWorkers)
        let outcome: CoordinatorOutcome
        do {
            var coordinator = try plan.coordinatorOptions(endpoint: endpoint, run: session.run)
            coordinator.allowsMixedArithmetic = allowMixed
            let driver = try CoordinatorDriver(
                options: coordinator, source: session, context: try Context(), stopRequest: stop)
            session.event(
                "coordinator at \(driver.endpoint); start workers with:"
                    + " ganglion worker --connect \(Self.reachable(driver.endpoint))")
            outcome = try driver.run()
        } catch {
            session.fail()
            throw error
        }
        session.finish()
        print(session.summary.text)
        if outcome == .stopped, let code = interruption.exitCode { throw ExitCode(code) }
    }

    /// The endpoint as another machine names it: a wildcard stands for this host.
    private static func reachable(_ endpoint: Endpoint) -> Endpoint {
        guard case .tcp(let host, let port) = endpoint, ["*", "0.0.0.0", "::"].contains(host) else { return endpoint }
        return .tcp(host: ProcessInfo.processInfo.hostName, port: port)
    }
}
