/// When a run ends before its last step, as if it had been stopped.
package enum StopCondition: String, Sendable, CaseIterable, Hashable {
    case never
    /// The generator's samples hardly differ any more.
    case collapsed
    /// Any verdict on the training but that it is healthy.
    case unhealthy
}
