import Foundation

/// The memory of this process.
package enum MemoryMeter {
    /// The most address space that the process has had at a time, in bytes: what was asked for counts, whether it was
    /// written to or not. 0 where the system does not tell.
    package static var peakBytes: Int {
        #if os(Linux)
            let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") }
            return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
        #else
            return 0
        #endif
    }
}
