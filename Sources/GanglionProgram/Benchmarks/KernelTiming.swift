import Foundation

/// How long one call of a kernel takes.
struct KernelTiming: Encodable {
    /// Whose layer it is, or what else it is of.
    var group: String
    var kernel: String
    /// Of the calling thread's processor time: what else the machine does does not count.
    var microseconds: Double
    /// 10⁹ multiplications and additions per second; nil for a kernel bounded by memory.
    var gigaflops: Double?
    /// `gigaflops` in percent of what `dnnl_sgemm` reached at its best in the same run.
    var percentOfPeak: Double?
    /// 10⁹ bytes read or written per second, each operand counted once; nil for a product.
    var gigabytesPerSecond: Double?

    /// - Parameters:
    ///   - operations: multiplications and additions of a call.
    ///   - bytes: that a call reads and writes.
    init(_ group: String, _ kernel: String, operations: Int = 0, bytes: Int = 0, _ call: () -> Void) {
        let seconds = Self.secondsPerCall(call)
        self.group = group
        self.kernel = kernel
        microseconds = 1e6 * seconds
        gigaflops = operations > 0 ? Double(operations) / seconds / 1e9 : nil
        gigabytesPerSecond = operations == 0 ? Double(bytes) / seconds / 1e9 : nil
    }

    /// The median of seven samples, each of as many calls as take four milliseconds.
    private static func secondsPerCall(_ call: () -> Void) -> Double {
        call()
        var start = threadSeconds
        call()
        let calls = max(1, Int(4e-3 / max(1e-8, threadSeconds - start)))
        var samples: [Double] = []
        for _ in 0..<7 {
            start = threadSeconds
            for _ in 0..<calls { call() }
            samples.append((threadSeconds - start) / Double(calls))
        }
        return samples.sorted()[samples.count / 2]
    }

    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}
