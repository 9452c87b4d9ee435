/// A cluster's status as its header, and back.
extension ClusterStatus {
    var wire: Ganglion_Wire_Status {
        .with {
            $0.run = run
            $0.step = step
            $0.steps = steps
            $0.stepsPerSecond = stepsPerSecond
            $0.shards = UInt32(clamping: shards)
            $0.minWorkers = UInt32(clamping: minWorkers)
            $0.waitingSeconds = waitingSeconds
            $0.workers = workers.map(\.wire)
            $0.rejected = .with {
                $0.stale = rejected.stale
                $0.duplicate = rejected.duplicate
                $0.malformed = rejected.malformed
                $0.cutOff = rejected.cutOff
                $0.damaged = rejected.damaged
            }
        }
    }

    init(_ wire: Ganglion_Wire_Status) {
        run = wire.run
        step = wire.step
        steps = wire.steps
        stepsPerSecond = wire.stepsPerSecond
        shards = Int(wire.shards)
        minWorkers = Int(wire.minWorkers)
        waitingSeconds = wire.waitingSeconds
        workers = wire.workers.map(Worker.init)
        rejected.stale = wire.rejected.stale
        rejected.duplicate = wire.rejected.duplicate
        rejected.malformed = wire.rejected.malformed
        rejected.cutOff = wire.rejected.cutOff
        rejected.damaged = wire.rejected.damaged
    }
}

extension ClusterStatus.Worker {
    fileprivate var wire: Ganglion_Wire_WorkerStatus {
        .with {
            $0.name = name
            $0.identity = identity
            $0.ready = isReady
            $0.threads = UInt32(clamping: threads)
            $0.shards = UInt32(clamping: shards)
            $0.answeredShards = answeredShards
            $0.millisecondsPerShard = millisecondsPerShard
            $0.missedRounds = missedRounds
            $0.wrongShards = wrongShards
            $0.rejected = rejected
            $0.lastHeardSeconds = lastHeardSeconds
        }
    }

    fileprivate init(_ wire: Ganglion_Wire_WorkerStatus) {
        name = wire.name
        identity = wire.identity
        isReady = wire.ready
        threads = Int(wire.threads)
        shards = Int(wire.shards)
        answeredShards = wire.answeredShards
        millisecondsPerShard = wire.millisecondsPerShard
        missedRounds = wire.missedRounds
        wrongShards = wire.wrongShards
        rejected = wire.rejected
        lastHeardSeconds = wire.lastHeardSeconds
    }
}
