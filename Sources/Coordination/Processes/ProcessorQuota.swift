import Foundation

/// The processor time that Linux grants a process's control groups: what containers and `CPUQuota=` of systemd limit.
///
/// Version 2 has `cpu.max` (`50000 100000`: half a processor; `max 100000`: no limit), version 1 `cpu.cfs_quota_us` and
/// `cpu.cfs_period_us`. A group's limit holds for all below it, so the smallest on the way to the root counts
/// (kernel documentation, admin-guide/cgroup-v2.rst; scheduler/sched-bwc.rst).
package enum ProcessorQuota {
    /// In processors; nil without a limit.
    static var ofThisProcess: Double? {
        let read = SystemFile.text
        guard let groups = read("/proc/self/cgroup"), let mounts = read("/proc/self/mountinfo") else { return nil }
        return processors(groups: groups, mounts: mounts, read: read)
    }

    /// - Parameters:
    ///   - groups: `/proc/self/cgroup`: lines `hierarchy:controllers:/path`.
    ///   - mounts: `/proc/self/mountinfo`.
    ///   - read: the content of a file, nil where there is none.
    package static func processors(groups: String, mounts: String, read: (String) -> String?) -> Double? {
        ControlGroupFolder.all(of: "cpu", groups: groups, mounts: mounts).compactMap { folder in
            folder.isVersion2 ? limit2(folder.path, read) : limit1(folder.path, read)
        }.min()
    }

    private static func limit2(_ folder: String, _ read: (String) -> String?) -> Double? {
        let words = read("\(folder)/cpu.max")?.split(whereSeparator: \.isWhitespace) ?? []
        return words.count == 2 ? ratio(words[0], words[1]) : nil
    }

    private static func limit1(_ folder: String, _ read: (String) -> String?) -> Double? {
        guard let quota = read("\(folder)/cpu.cfs_quota_us"), let period = read("\(folder)/cpu.cfs_period_us") else {
            return nil
        }
        return ratio(quota, period)
    }

    /// Nil for `max`, −1 and whatever else is no limit.
    private static func ratio(_ quota: some StringProtocol, _ period: some StringProtocol) -> Double? {
        func number(_ text: some StringProtocol) -> Double? {
            Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        guard let quota = number(quota), let period = number(period), quota > 0, period > 0 else { return nil }
        return quota / period
    }
}
