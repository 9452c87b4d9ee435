import CKernels
import Datasets
import FileFormats
import Foundation
import RunConfiguration
import Runs
import UserErrors

/// What a coordinator knows of its run's files: it compares what workers read with what it knows, and reads the whole folder in
/// the background, in the order in which the training comes to the files, so that what is wrong is found early.
///
/// `@unchecked Sendable`: all that changes is read and written under the lock.
final class FileLedger: @unchecked Sendable {
    private let source: ImageFolderSource
    private let onBroken: BrokenFilePolicy
    /// The workers read the same files as this process.
    private let trustsWorkers: Bool
    private let report: @Sendable (String) -> Void
    private let lock = NSLock()
    private var files: KnownFiles
    /// Who read a file whose bytes this process has not seen itself.
    private var readers: [Int: String] = [:]
    private var skipped: Set<Int> = []
    private var failure: DatasetError?
    private var isStopped = false
    /// How many files were known when they were last written down.
    private var writtenCount = -1

    /// - Parameter report: receives lines for people, on any thread.
    init(
        source: ImageFolderSource, files: KnownFiles, onBroken: BrokenFilePolicy, trustsWorkers: Bool,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.source = source
        self.files = files
        self.onBroken = onBroken
        self.trustsWorkers = trustsWorkers
        self.report = report
    }

    // MARK: What workers read

    /// Compares what a worker read with what is known, and remembers what is new.
    ///
    /// - Returns: the first file that has other bytes, in a sentence; nil where there is none.
    func check(_ readings: [FileReading], of worker: String) -> String? {
        for reading in readings {
            guard reading.file < source.count else {
                return "file number \(reading.file), which is not in the run's list"
            }
            if let problem = check(reading, of: worker) { return problem }
        }
        return nil
    }

    private func check(_ reading: FileReading, of worker: String) -> String? {
        let file = reading.file
        let verdict = lock.withLock {
            let verdict = files.learn(file, reading.content)
            if verdict == .new || verdict == .changedSince { readers[file] = worker }
            return verdict
        }
        switch verdict {
        case .new, .same: break
        case .changedSince: sayChanged(file)
        case .conflict(let known):
            // Whose bytes are right, those that lie here tell.
            let problem =
                "\(source.path(of: file)): other bytes than the run's (\(reading.content), the run's are \(known))"
            guard let own = try? source.content(of: file), own == reading.content else { return problem }
            let earlier = lock.withLock {
                files.correct(file, own)
                return readers.removeValue(forKey: file)
            }
            report(
                "warning: \(source.path(of: file)): \(earlier.map { "worker \($0)" } ?? "a worker") has computed with other"
                    + " bytes than those that lie here")
        }
        if let fault = reading.fault { saySkipped(file, fault) }
        return nil
    }

    /// Looks at a file that a worker could not use.
    ///
    /// - Throws: `DatasetError` where it cannot be used here either: no worker could go on.
    func examine(_ fault: FileFault, reason: String) throws {
        guard fault.file < source.count else { return }
        do {
            let own = try source.content(of: fault.file)
            if case .known(let known) = lock.withLock({ files.contents[fault.file] }), known != own {
                throw source.changed(fault.file, content: own)
            }
            // The same bytes that cannot be decoded there cannot be decoded anywhere.
            if fault.kind == .broken, own == fault.content { throw broken(reason) }
        } catch let error as DatasetError {
            if error.file != nil { lock.withLock { files.doubt(fault.file) } }
            throw error
        }
    }

    private func broken(_ reason: String) -> DatasetError {
        let folder = ShellWord.quoted(files.folder.description)
        return DatasetError(
            .data,
            "\(reason); what was trained is kept: '\(ProgramName.current) data check \(folder)' finds all that is broken, and the run"
                + " goes on with --resume when it is out")
    }

    private func sayChanged(_ file: Int) {
        report("warning: \(source.path(of: file)): the file has other bytes than in the earlier part of the run")
    }

    private func saySkipped(_ file: Int, _ reason: String) {
        guard lock.withLock({ skipped.insert(file).inserted }) else { return }
        report("skipped: \(reason)")
    }

    // MARK: In the background

    /// Takes over what this process has read before the start, and begins to read the other files.
    func start(_ files: FirstUses) {
        for file in 0..<source.count {
            if let content = source.knownContent(of: file) { _ = learnOwn(file, content) }
        }
        let thread = Thread { [self] in look(files) }
        thread.name = "data check"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Ends the reading after the file that it is at.
    func stop() { lock.withLock { isStopped = true } }

    /// Throws what the reading has found that ends the run.
    func throwFailure() throws {
        if let failure = lock.withLock({ failure }) { throw failure }
    }

    private func look(_ files: FirstUses) {
        ck_set_numeric_mode()
        // What computes comes first: on Linux, the niceness is a thread's own.
        _ = setpriority(__priority_which_t(0), 0, 19)
        for file in files {
            guard lock.withLock({ !isStopped && failure == nil }) else { return }
            look(at: file)
        }
    }

    private func look(at file: Int) {
        // What was decoded before the start, or by a worker of this machine, needs no second look.
        if source.knownContent(of: file) != nil { return }
        if trustsWorkers, lock.withLock({ readers[file] != nil }) { return }
        do {
            _ = try source.decode(file)
        } catch let error as DatasetError {
            guard let fault = error.file else { return }
            if fault.kind == .broken, let content = fault.content, learnOwn(file, content) {
                guard onBroken == .stop else { return saySkipped(file, error.description) }
                lock.withLock { failure = broken(error.description) }
            } else if fault.kind != .broken {
                lock.withLock { files.doubt(file) }
                report("warning: \(error)")
            }
            return
        } catch {
            return
        }
        if let content = source.knownContent(of: file) { _ = learnOwn(file, content) }
    }

    /// Takes note of the bytes that lie here.
    ///
    /// - Returns: whether they are those of the run.
    private func learnOwn(_ file: Int, _ content: ContentHash) -> Bool {
        let (verdict, reader) = lock.withLock {
            let verdict = files.learn(file, content)
            if case .conflict = verdict { files.correct(file, content) }
            return (verdict, readers.removeValue(forKey: file))
        }
        switch verdict {
        case .new, .same: return true
        case .changedSince:
            sayChanged(file)
            return true
        case .conflict:
            guard let reader else {
                report("warning: \(source.path(of: file)): the file has other bytes than the run has read")
                return false
            }
            report(
                "warning: \(source.path(of: file)): worker \(reader) has computed with other bytes than those that lie here"
            )
            return true
        }
    }

    // MARK: Writing

    /// The text to keep in the run's directory; nil where little is new since the last time.
    func newText(atEnd: Bool) -> [UInt8]? {
        lock.withLock {
            let isDue = writtenCount < 0 || files.knownCount > writtenCount + (atEnd ? 0 : writtenCount / 10)
            guard isDue || atEnd else { return nil }
            writtenCount = files.knownCount
            return files.encoded()
        }
    }
}
