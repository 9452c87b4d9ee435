import FileFormats
import Messaging
import RunConfiguration
import Runs
import UserErrors

/// How a run has ended.
struct RunEnd {
    var run: String?
    var reason: String
    /// All steps are done.
    var finished: Bool
    var step: UInt64 = 0
    var steps: UInt64 = 0
}

/// A run as its directory shows it to `ganglion status`.
struct WatchedRun {
    let path: String
    private let directory: RunDirectory
    private let address: CoordinatorAddress?
    /// The step of the newest checkpoint or line of metrics, and the steps of the whole run.
    private let step: UInt64
    private let steps: UInt64

    /// - Throws: `RunError` (missing) if there is no run.
    init(_ path: String) throws {
        self.path = path
        directory = try RunDirectory.open(at: path)
        address = directory.address
        steps = UInt64(try directory.configuration().recipe.steps)
        let measured = (try? MetricsLog.last(path: directory.metricsPath))?.metrics.step ?? 0
        step = max(measured, (try? directory.checkpoints())?.last?.step ?? 0)
    }

    /// Whether a coordinator is at work on it, as far as this machine can tell.
    private var isRunning: Bool { address.map { $0.process.standing != .ended } ?? false }

    /// The end of a run whose last step is done.
    var end: RunEnd? {
        guard !isRunning, step >= steps else { return nil }
        return RunEnd(
            run: directory.identity, reason: "the run is complete", finished: true, step: step, steps: steps)
    }

    /// - Throws: `RunError` (try again) where no coordinator is at work.
    @discardableResult
    func expectRunning() throws -> CoordinatorAddress {
        guard let address, isRunning else {
            let isComplete = step >= steps
            throw RunError(
                .tryAgain, at: path,
                "the run is not going on" + (address == nil ? "" : ": its coordinator was killed")
                    + "; its last step is \(step) of \(steps)",
                advice: isComplete
                    ? "'\(ProgramName.current) inspect --run \(ShellWord.quoted(path))' shows what it has given"
                    : "go on with '\((address?.command ?? .train).resuming(path))'")
        }
        guard address.process.standing != .remote else {
            throw RunError(
                .tryAgain, at: path, "the run's coordinator is on another machine (\(address.process.description))",
                advice: "type the same there, or give its address by --connect")
        }
        return address
    }

    /// Where to ask, and with which keys: those of the flags, else the coordinator's own.
    func connection(_ keys: WorkerKeyOptions) throws -> (Endpoint, SocketSecurity) {
        let address = try expectRunning()
        let endpoint = try Endpoint(address.endpoint)
        guard let publicKey = address.publicKey else { return (endpoint, .plain) }
        if keys.keyFile != nil {
            var keys = keys
            keys.coordinatorKey = keys.coordinatorKey ?? publicKey
            return (endpoint, try keys.security(for: endpoint))
        }
        let own = try KeyFile.read(address.keyFile ?? "")
        return (endpoint, .client(own, server: own.publicKey))
    }
}
