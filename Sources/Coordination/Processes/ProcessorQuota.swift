import Foundation

/// The processor time that Linux grants a process's control groups: what containers and `CPUQuota=` of systemd limit.
///
/// Version 2 has `cpu.max` (`50000 100000`: half a processor; `max 100000`: no limit), version 1 `cpu.cfs_quota_us` and
/// `cpu.cfs_period_us`. A group's limit holds for all below it, so the smallest on the way to the root counts
/// (kernel documentation, admin-guide/cgroup-v2.rst; scheduler/sched-bwc.rst).
package enum ProcessorQuota {
    /// In processors; nil without a limit.
    static var ofThisProcess: Double? {
        guard let groups = read("/proc/self/cgroup"), let mounts = read("/proc/self/mountinfo") else { return nil }
        return processors(groups: groups, mounts: mounts, read: read)
    }

    /// - Parameters:
    ///   - groups: `/proc/self/cgroup`: lines `hierarchy:controllers:/path`.
    ///   - mounts: `/proc/self/mountinfo`.
    ///   - read: the content of a file, nil where there is none.
    package static func processors(groups: String, mounts: String, read: (String) -> String?) -> Double? {
        var smallest: Double?
        for line in groups.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isVersion2 = parts[0] == "0" && parts[1].isEmpty
            guard isVersion2 || parts[1].split(separator: ",").contains("cpu") else { continue }
            for mount in mounts.split(separator: "\n").compactMap({ Mount($0) })
            where isVersion2 ? mount.isVersion2 : mount.hasProcessorController {
                for folder in mount.folders(ofGroup: String(parts[2])) {
                    let limit = isVersion2 ? limit2(folder, read) : limit1(folder, read)
                    if let limit { smallest = min(limit, smallest ?? limit) }
                }
            }
        }
        return smallest
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

    private static func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// A mounted hierarchy of control groups.
private struct Mount {
    /// The group that is seen at the mount point.
    let root: String
    let point: String
    let isVersion2: Bool
    let hasProcessorController: Bool

    /// From a line of mountinfo: `ID PARENT DEVICE ROOT POINT OPTIONS [TAGS…] - TYPE SOURCE SUPEROPTIONS`.
    init?(_ line: Substring) {
        let words = line.split(separator: " ")
        guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 3 else { return nil }
        isVersion2 = words[dash + 1] == "cgroup2"
        hasProcessorController =
            words[dash + 1] == "cgroup" && words[dash + 3].split(separator: ",").contains("cpu")
        guard isVersion2 || hasProcessorController else { return nil }
        root = String(words[3])
        point = String(words[4])
    }

    /// The folders of a group and of all above it that can be seen. In a container the group's path may be the host's,
    /// while the mount begins at the container's own group: then only the mount point itself is there.
    func folders(ofGroup group: String) -> [String] {
        var rest = group
        if root != "/", rest == root || rest.hasPrefix(root + "/") { rest = String(rest.dropFirst(root.count)) }
        var folders: [String] = []
        var names = rest.split(separator: "/").filter { $0 != ".." }
        while !names.isEmpty {
            folders.append(point + "/" + names.joined(separator: "/"))
            names.removeLast()
        }
        return folders + [point]
    }
}
