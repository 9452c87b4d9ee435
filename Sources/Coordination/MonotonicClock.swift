#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Nanoseconds of a clock that only runs forward. The state machines are told the time; only drivers read it.
package typealias Nanoseconds = UInt64

package enum MonotonicClock {
    package static var now: Nanoseconds {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Nanoseconds(time.tv_sec) * 1_000_000_000 + Nanoseconds(time.tv_nsec)
    }
}

extension Nanoseconds {
    /// A duration of so many seconds; 0 for what is not positive.
    package static func seconds(_ seconds: Double) -> Nanoseconds {
        seconds > 0 ? Nanoseconds(Swift.min(seconds * 1e9, 9e18)) : 0
    }

    package var inSeconds: Double { Double(self) / 1e9 }
}
