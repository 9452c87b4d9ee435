/// What may go wrong in a simulated cluster: probabilities per message or computation, and mean times between events in
/// seconds (0: never).
struct Faults: Sendable {
    /// A published message does not reach a subscriber.
    var publishedLoss = 0.0
    /// A message on a control connection is lost, in either direction.
    var controlLoss = 0.0
    /// A message comes twice.
    var duplication = 0.0
    /// A message takes up to two seconds. It holds up what comes behind it on the same connection, and nothing else.
    var delay = 0.0
    /// A connection breaks: what is under way on it is lost in both directions.
    var disconnectEvery = 0.0
    /// Nothing passes between a worker and the coordinator for a while: in one direction or in both.
    var partitionEvery = 0.0
    /// A worker dies; another one starts a little later.
    var deathEvery = 0.0
    /// All workers die, and others start a little later.
    var massacreEvery = 0.0
    /// A worker is stopped for a while, shorter or longer than the time-out.
    var pauseEvery = 0.0
    /// A worker computes for ever, though it goes on answering.
    var hangEvery = 0.0
    /// The coordinator dies and starts again from its last checkpoint.
    var restartEvery = 0.0
    /// The coordinator dies, and another run begins at its address.
    var newRunEvery = 0.0
    /// A process' clock jumps, by up to a minute, forward or back.
    var clockJumpEvery = 0.0
    /// Some computations take seconds.
    var slowness = 0.0
    /// A contribution comes out as NaN.
    var notFinite = 0.0
    /// A shard is handed back because a file cannot be read.
    var handBack = 0.0

    static let none = Faults()
    static let everything = Faults(
        publishedLoss: 0.1, controlLoss: 0.02, duplication: 0.05, delay: 0.01, disconnectEvery: 4, partitionEvery: 8,
        deathEvery: 6, massacreEvery: 25, pauseEvery: 8, hangEvery: 20, restartEvery: 15, newRunEvery: 40,
        clockJumpEvery: 8,
        slowness: 0.02, notFinite: 0.002, handBack: 0.01)
}
