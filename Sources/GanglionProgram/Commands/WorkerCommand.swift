import ArgumentParser
import Coordination
import Datasets
import FileFormats
import Foundation
import GanglionTraining
import Identity
import Messaging
import RunConfiguration
import Runs
import UserErrors

struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Computes gradients for a coordinator, here or on another machine.",
        discussion: """
            A worker needs the coordinator's address, keys where that is on another machine
            ('\(ProgramName.current) keys' makes them) and, for data sets in files, the same files at the same place:

              \(ProgramName.current) worker --connect tcp://HOST:7700 --key node-a.key --coordinator-key coordinator.pub
              \(ProgramName.current) worker --connect tcp://127.0.0.1:7700 --threads auto

            It may start before the coordinator, and ends by itself when the run is finished or the coordinator is gone.
            """)

    @Option(help: "The coordinator's address: tcp://HOST:PORT or ipc:///PATH.")
    var connect: String

    @OptionGroup var keys: WorkerKeyOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Shards that are computed at once; each takes a core. 'auto' for one a core, divided by the --share. By default 1.",
            valueName: "number|auto"), transform: ThreadCount.init(argument:))
    var threads = ThreadCount.number(1)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "'2/4': the second of four workers on this machine. Workers that fill its cores keep each to their own.",
            valueName: "number/workers"), transform: NumberArgument.share)
    var share = ProcessorShare.only

    @Option(help: "Where the data set lies on this machine, if not where the coordinator says.")
    var data: String?

    @Option(
        parsing: .unconditional,
        help: "Seconds to wait for a coordinator: at the start, and when one falls silent. By default 60.",
        transform: NumberArgument.seconds)
    var timeout = 60.0

    @Option(help: ArgumentHelp("Descriptor of a pipe whose end ends this process.", visibility: .hidden))
    var lifelineFd: Int32?

    @Flag(help: "Say nothing but errors.")
    var quiet = false

    func run() throws {
        try DescriptorLimit.require(workers: 0)
        let endpoint = try Connecting.endpoint(connect)
        // Before it waits for a coordinator.
        _ = try data.map { try DatasetSpecification(parsing: $0) }
        let threads = threads.resolved(for: share)
        // Before any thread is started: they inherit it.
        share.bindThread(threads: threads)
        let security = try keys.security(for: endpoint)
        // The launcher is gone: nobody is left to tell, and nothing to save.
        if let lifelineFd { Lifeline.watch(lifelineFd) { _exit(75) } }
        let stop = try StopRequest()
        let interruption = Interruption(stop)
        var options = WorkerOptions(
            endpoint: endpoint, build: ProgramIdentity.text, numericFingerprint: NumericFingerprint.compute(),
            name: "\(ProcessInfo.processInfo.hostName)/\(getpid())")
        options.threads = threads
        options.coordinatorTimeoutSeconds = timeout
        options.security = security
        let isQuiet = quiet
        let dataOverride = data.map { [ConfigurationOverride(key: "data.source", value: $0, origin: "--data")] } ?? []
        let driver = try WorkerDriver(
            options: options, context: try Context(), stopRequest: stop,
            log: { text in
                if !isQuiet { StandardError.write("\(ProgramName.current): worker: \(text)\n") }
            },
            makeComputer: { yaml, fileList, computeThreads in
                var configuration = try Configuration(yaml: yaml, file: "the coordinator's configuration")
                for override in dataOverride { configuration.data.source = override.value }
                return try RecipeComputer(configuration, fileList: fileList, computeThreads: computeThreads) { memory in
                    guard !isQuiet else { return }
                    let workers = configuration.cluster.minWorkers
                    let text = memory.workerSentence(threads: computeThreads, of: workers)
                    StandardError.write("\(ProgramName.current): worker: \(text)\n")
                    let needed = memory.worker(threads: computeThreads, of: workers)
                    guard let free = AvailableMemory.ofThisProcess, free.bytes < needed else { return }
                    StandardError.write(
                        "\(ProgramName.current): worker: warning: only \(DiskSpace.text(free.bytes)) are free; take fewer --threads\n"
                    )
                }
            })
        switch try driver.run() {
        case .finished: return
        case .stopped:
            if let code = interruption.exitCode { throw ExitCode(code) }
        case .coordinatorStopped(let reason):
            if !isQuiet { StandardError.write("\(ProgramName.current): worker: \(reason)\n") }
        case .refused(let reason): throw CoordinationError.refused(reason)
        case .coordinatorLost(let seconds):
            throw CoordinationError.coordinatorLost(
                endpoint: endpoint.description, seconds: seconds, finding: driver.finding())
        case .failed(let reason): throw CoordinationError.computation(reason)
        }
    }
}
