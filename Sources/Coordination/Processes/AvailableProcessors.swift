import Foundation

/// How many processors this process can keep busy.
package enum AvailableProcessors {
    /// Those that the calling thread may run on, but no more than its control groups' quota of processor time pays for,
    /// rounded up; at least 1.
    package static var count: Int {
        let bound = ProcessorShare.allowedProcessors.count
        let allowed = bound > 0 ? bound : ProcessInfo.processInfo.activeProcessorCount
        return count(allowed: allowed, quota: ProcessorQuota.ofThisProcess)
    }

    package static func count(allowed: Int, quota: Double?) -> Int {
        guard let quota, quota < Double(allowed) else { return max(1, allowed) }
        return max(1, Int(quota.rounded(.up)))
    }
}
