/// Time that only runs forward, made of a clock that may jump back: what it lost in a jump is not made up for.
struct SteadyClock: Hashable, Sendable {
    private var last: Nanoseconds
    /// What is added to the outer clock's time, modulo 2⁶⁴.
    private var offset: Nanoseconds = 0

    init(now: Nanoseconds) { last = now }

    /// Reads the clock: never less than before.
    mutating func read(_ outer: Nanoseconds) -> Nanoseconds {
        let now = outer &+ offset
        if now < last { offset = last &- outer } else { last = now }
        return last
    }

    /// What the outer clock will show at a time.
    func outer(_ time: Nanoseconds) -> Nanoseconds { time &- offset }
}
