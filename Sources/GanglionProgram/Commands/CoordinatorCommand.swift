import ArgumentParser
import Coordination
import Foundation
import GanglionTraining
import Messaging
import RunConfiguration
import Runs
import UserErrors

struct CoordinatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Holds the parameters of a run; workers on any machine connect to it.",
        discussion: """
            One machine coordinates, any machine works:

              \(ProgramName.current) coordinator --bind tcp://0.0.0.0:7700 --key coordinator.key --allow allowed --run runs/cluster
              \(ProgramName.current) worker --connect tcp://HOST:7700 --key node-a.key --coordinator-key coordinator.pub

            Watch it on its own machine with '\(ProgramName.current) status --run runs/cluster --watch'.

            Parameters are published on the next port (7701 here): open both. On an address that
            other machines reach, keys are required ('\(ProgramName.current) keys' makes them); a loopback or ipc
            address does without. Workers may come and go at any time.
            """)

    @Option(help: "Where workers connect: tcp://HOST:PORT or ipc:///PATH.")
    var bind: String

    @OptionGroup var options: RunOptions

    @OptionGroup var keys: CoordinatorKeyOptions

    @Flag(
        help:
            "Accept workers of another build, or whose arithmetic gives other bits: the run cannot be repeated bit for bit then."
    )
    var allowMixed = false

    @Option(
        help: ArgumentHelp(
            "The command to advise for this run, of a script that starts the coordinator.", visibility: .hidden))
    var launcher: String?

    func run() throws {
        try DescriptorLimit.require(workers: 1)
        let endpoint = try Failure.usage("--bind") {
            let endpoint = try Endpoint(bind)
            try endpoint.requireShared()
            return endpoint
        }
        let plan = try options.plan(command: command)
        try DescriptorLimit.require(workers: plan.configuration.cluster.minWorkers)
        let security = try keys.security(for: endpoint, settings: plan.configuration.cluster)
        let stop = try StopRequest()
        let interruption = Interruption(stop)
        let display = ProgressDisplay()
        let session = try plan.begin(
            display: display, expectedWorkers: plan.configuration.cluster.minWorkers, workersAreLocal: false)
        session.stopRequest = stop
        let outcome: CoordinatorOutcome
        do {
            var coordinator = try plan.coordinatorOptions(endpoint: endpoint, run: session.run)
            coordinator.allowsMixedArithmetic = allowMixed
            coordinator.security = security
            let driver = try CoordinatorDriver(
                options: coordinator, source: session, context: try Context(), stopRequest: stop)
            session.keepAddress(
                driver.endpoint,
                keys: security.map {
                    (keys.keyFile ?? plan.configuration.cluster.keyFile ?? "", "\($0.keys.publicKey)")
                })
            session.announce()
            for line in AnnouncedAddress(driver).lines(publicKey: security?.keys.publicKey) { session.event(line) }
            outcome = try driver.run()
        } catch {
            throw session.fail(error)
        }
        try session.finish()
        print(session.summary.text)
        if outcome == .stopped, let code = interruption.exitCode { throw ExitCode(code) }
    }

    /// What to type to go on with the run, as it was typed now.
    private var command: RunCommand {
        if let launcher {
            let isMixed = allowMixed ? " --allow-mixed" : ""
            let isInsecure = keys.insecure && !launcher.contains("--insecure") ? " --insecure" : ""
            return RunCommand(text: launcher + isMixed + isInsecure)
        }
        var words = [ProgramName.current, "coordinator", "--bind", bind]
        if let file = keys.keyFile { words += ["--key", file] }
        if let file = keys.allowFile { words += ["--allow", file] }
        if keys.insecure { words.append("--insecure") }
        if allowMixed { words.append("--allow-mixed") }
        return RunCommand(words: words)
    }
}
