import Adversarial
import FileFormats

/// The list of files, and shards that cannot be computed because of one of them.
extension WorkerMachine {
    /// The only version of the list that there is: another list begins another assembly.
    private static let fileListVersion: UInt64 = 1

    var hasFileList: Bool { fileListAssembly.complete != nil }

    mutating func fetch(_ list: FileListHeader, _ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
        phase = .fetching
        if list != fileList {
            fileList = list
            let layout = ChunkLayout(byteCount: list.byteCount, chunkLength: chunkLength)
            fileListAssembly = ParameterAssembly(layout: layout)
            effects.append(.beginFileList(byteCount: list.byteCount))
        }
        _ = fileListAssembly.need(WorkerMachine.fileListVersion, at: now)
        askForFileList(now, &effects)
    }

    /// Asks for what has stopped arriving.
    mutating func askForFileList(_ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
        guard let request = fileListAssembly.request(.generator, patience: settings.patience, at: now) else { return }
        ask(request, &effects)
    }

    mutating func store(
        _ header: FileListChunk, _ payloadBytes: Int?, _ now: Nanoseconds, _ effects: inout [WorkerEffect]
    ) {
        guard let fileList, let welcome else { return }
        let layout = ChunkLayout(byteCount: fileList.byteCount, chunkLength: chunkLength)
        guard header.chunk < layout.count, payloadBytes == layout.byteCount(of: header.chunk) else {
            malformed += 1
            return
        }
        let arrival = fileListAssembly.insert(version: WorkerMachine.fileListVersion, chunk: header.chunk, at: now)
        guard arrival == .taken || arrival == .completed else { return }
        effects.append(.storeFileList(chunk: header.chunk))
        if arrival == .completed {
            phase = .preparing
            prepare(welcome, &effects)
        } else if let request = fileListAssembly.requestMore(.generator, after: header.chunk) {
            ask(request, &effects)
        }
    }

    private func ask(_ request: ParametersRequest, _ effects: inout [WorkerEffect]) {
        let request = FileListRequest(firstChunk: request.firstChunk, chunks: request.chunks)
        effects.append(.send(.fileListRequest(request), incarnation: incarnation))
    }

    /// Whether a lease of a round is still to be answered.
    func hasLease(_ id: UInt64, of round: Round) -> Bool { leases[id]?.assignment.round == round }

    /// Says that a shard cannot be computed. Where a file is to blame, who computes it is the coordinator's to decide; else
    /// this worker ends.
    mutating func handBack(
        _ id: UInt64, _ round: Round, _ shard: Int, _ reason: String, _ fault: FileFault?,
        _ effects: inout [WorkerEffect]
    ) {
        guard leases[id]?.assignment.round == round else { return }
        let failure = ShardFailure(lease: id, round: round.number, shard: shard, reason: reason, fault: fault)
        effects.append(.send(.failure(failure), incarnation: incarnation))
        guard fault != nil else { return end(.failed(reason), &effects) }
        leases[id] = nil
        effects.append(.abandon(lease: id))
        effects.append(.report(.handedBack(step: round.step, shard: shard, reason: reason)))
    }
}
