import Foundation

/// Worker processes on this machine: started together, restarted when they die, ended together.
///
/// All hold the lifeline of this process, so none of them outlives it.
package final class WorkerProcesses: @unchecked Sendable {  // all state is behind the condition's lock
    package struct Options: Sendable {
        /// The program, and its arguments for each worker from 0.
        package var executable: String
        package var arguments: @Sendable (_ worker: Int) -> [String]
        package var environment: [String: String]
        package var count: Int
        /// Restarts after consecutive early exits; the next early exit is final. A worker that is killed later is always
        /// restarted.
        package var restarts = 5
        /// An exit before this age is early, seconds.
        package var earlyExitAge = 2.0
        /// The pause before a restart, doubled with each consecutive early exit, seconds.
        package var pause = 0.2

        package init(
            executable: String, environment: [String: String] = ProcessInfo.processInfo.environment, count: Int,
            arguments: @escaping @Sendable (_ worker: Int) -> [String]
        ) {
            self.executable = executable
            self.environment = environment
            self.count = count
            self.arguments = arguments
        }
    }

    private struct Slot {
        var process: ChildProcess?
        var startedAt = MonotonicClock.now
        /// Consecutive early exits.
        var earlyExits = 0
        var restartAt: Nanoseconds?
        /// Its process ended well: it was told goodbye, or to leave.
        var hasLeft = false
    }

    private let options: Options
    private let report: @Sendable (String) -> Void
    private let whenNoneIsLeft: @Sendable (String) -> Void
    private let condition = NSCondition()
    private let lifelineReadEnd: Int32
    private let lifelineWriteEnd: Int32
    private var slots: [Slot]
    /// How the last worker that died did so.
    private var lastExit: ChildProcess.Exit?
    private var isEnding = false
    private var hasEnded = false

    /// Starts the workers.
    ///
    /// - Parameters:
    ///   - report: receives a line about each death.
    ///   - whenNoneIsLeft: is called once, with the reason, when all have died too often.
    /// - Throws: `CoordinationError.process` where one cannot be started; those that were are ended.
    package init(
        options: Options, report: @escaping @Sendable (String) -> Void,
        whenNoneIsLeft: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        self.options = options
        self.report = report
        self.whenNoneIsLeft = whenNoneIsLeft
        (lifelineReadEnd, lifelineWriteEnd) = try Lifeline.make()
        slots = []
        do {
            for worker in 0..<options.count { slots.append(Slot(process: try start(worker))) }
        } catch {
            end(grace: 0)
            throw error
        }
        let thread = Thread { [self] in supervise() }
        thread.name = "workers"
        thread.stackSize = 1 << 18
        thread.start()
    }

    deinit {
        close(lifelineReadEnd)
        close(lifelineWriteEnd)
    }

    /// Process identifiers of the workers that run.
    package var identifiers: [Int32] { condition.withLock { slots.compactMap { $0.process?.identifier } } }

    /// Ends all workers: SIGTERM, and after `grace` seconds SIGKILL. Returns when none is left.
    package func end(grace: Double) {
        condition.withLock { isEnding = true }
        signalAll(SIGTERM)
        let limit = MonotonicClock.now + .seconds(grace)
        while reap(), MonotonicClock.now < limit { usleep(10_000) }
        signalAll(SIGKILL)
        while reap() { usleep(2000) }
        condition.withLock {
            hasEnded = true
            condition.broadcast()
        }
    }

    /// Waits up to `seconds` for the workers to end by themselves; whether all have.
    package func waitForAll(seconds: Double) -> Bool {
        condition.withLock { isEnding = true }
        let limit = MonotonicClock.now + .seconds(seconds)
        while reap() {
            guard MonotonicClock.now < limit else { return false }
            usleep(10_000)
        }
        return true
    }

    private func start(_ worker: Int) throws -> ChildProcess {
        try ChildProcess(
            executable: options.executable, arguments: options.arguments(worker), environment: options.environment,
            lifeline: lifelineReadEnd)
    }

    private func signalAll(_ signal: Int32) {
        condition.withLock { for slot in slots { slot.process?.send(signal) } }
    }

    /// Takes note of the processes that have ended; whether any is left.
    private func reap() -> Bool {
        condition.withLock {
            for worker in slots.indices where slots[worker].process?.poll() != nil { slots[worker].process = nil }
            return slots.contains { $0.process != nil }
        }
    }

    private func supervise() {
        while true {
            let lines: [String]? = condition.withLock {
                _ = condition.wait(until: Date(timeIntervalSinceNow: 0.05))
                guard !isEnding, !hasEnded else { return nil }
                return slots.indices.compactMap { poll($0) }
            }
            guard let lines else { return }
            for line in lines { report(line) }
            if let reason = condition.withLock({ givenUp }) { return whenNoneIsLeft(reason) }
        }
    }

    /// Why no worker is left, nor ever will be.
    private var givenUp: String? {
        // Workers that were told goodbye have not died, whatever died before them.
        guard !isEnding, let lastExit, slots.allSatisfy({ $0.process == nil && $0.restartAt == nil }),
            !slots.allSatisfy(\.hasLeft)
        else { return nil }
        return "all worker processes died, the last one with \(lastExit), and were started again in vain"
    }

    /// Restarts a worker that has exited.
    ///
    /// - Returns: what to report.
    private func poll(_ worker: Int) -> String? {
        let now = MonotonicClock.now
        if let exit = slots[worker].process?.poll() {
            slots[worker].process = nil
            slots[worker].hasLeft = exit.isSuccess
            guard !exit.isSuccess else { return nil }
            lastExit = exit
            let isEarly = now < slots[worker].startedAt + .seconds(options.earlyExitAge)
            if !isEarly { slots[worker].earlyExits = 0 }
            guard slots[worker].earlyExits < options.restarts else {
                return "worker process \(worker) died again (\(exit)); it is not started any more"
            }
            let pause = options.pause * Double(1 << slots[worker].earlyExits)
            if isEarly { slots[worker].earlyExits += 1 }
            slots[worker].restartAt = now + .seconds(pause)
            return "worker process \(worker) died (\(exit)); it is started again"
        }
        guard let time = slots[worker].restartAt, now >= time else { return nil }
        slots[worker].restartAt = nil
        do {
            slots[worker].process = try start(worker)
            slots[worker].startedAt = now
            return nil
        } catch {
            return "\(error)"
        }
    }
}
