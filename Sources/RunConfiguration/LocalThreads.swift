import Coordination

extension ClusterSettings {
    /// The compute threads of each worker that `train` starts: `threads`, or where that is `auto` this worker's part of the
    /// processors, but no more than it can have shards at once.
    ///
    /// One worker with a thread a core beats as many workers of one thread: it holds one copy of the parameters, sends one
    /// sum, and leaves the coordinator fewer messages.
    package func threads(forShards shards: Int, processors: Int) -> Int {
        if let threads { return threads }
        let mostShards = (shards + workers - 1) / workers
        return max(1, min(processors / workers, mostShards))
    }
}
