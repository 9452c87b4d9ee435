import Foundation

/// A process of this program beside another: it holds its lifeline, so that it never outlives it.
package final class LifelineProcess {
    private let process: ChildProcess
    private let lifelineWriteEnd: Int32
    private var exit: ChildProcess.Exit?

    /// - Parameter arguments: with `Lifeline.descriptor` in them where the program looks for it.
    /// - Throws: `CoordinationError.process` where it cannot be started.
    package init(executable: String, arguments: [String]) throws {
        let lifeline = try Lifeline.make()
        defer { close(lifeline.readEnd) }
        lifelineWriteEnd = lifeline.writeEnd
        do {
            process = try ChildProcess(
                executable: executable, arguments: arguments, environment: ProcessInfo.processInfo.environment,
                lifeline: lifeline.readEnd)
        } catch {
            close(lifeline.writeEnd)
            throw error
        }
    }

    deinit {
        end()
        close(lifelineWriteEnd)
    }

    package var identifier: Int32 { process.identifier }

    /// Waits for its end, as long as `condition` holds.
    ///
    /// - Returns: how it ended, where that was no success.
    package func wait(while condition: () -> Bool) -> String? {
        while exit == nil {
            exit = process.poll()
            if exit == nil {
                guard condition() else { return nil }
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
        return exit.flatMap { $0.isSuccess ? nil : $0.description }
    }

    /// Ends it at once.
    package func end() {
        guard exit == nil else { return }
        process.send(SIGKILL)
        while exit == nil {
            exit = process.poll()
            if exit == nil { Thread.sleep(forTimeInterval: 0.01) }
        }
    }
}
