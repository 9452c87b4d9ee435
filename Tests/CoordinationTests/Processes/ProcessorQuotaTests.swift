import Coordination
import Foundation
import Testing

/// How many processors control groups leave to a process.
@Suite struct ProcessorQuotaTests {
    private static let version2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
    private static let version1 = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
        33 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
        """
    private static let container1 = "40 31 0:29 /docker/abc /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu"

    struct Example: Sendable {
        var groups: String
        var mounts: String
        var files: [String: String]
        var processors: Double?
    }

    @Test(arguments: [
        Example(groups: "0::/", mounts: version2, files: [:], processors: nil),
        Example(groups: "0::/", mounts: version2, files: ["/sys/fs/cgroup/cpu.max": "max 100000\n"], processors: nil),
        // A container: its own group is the root of what it sees.
        Example(
            groups: "0::/", mounts: version2, files: ["/sys/fs/cgroup/cpu.max": "150000 100000\n"], processors: 1.5),
        // The smallest on the way up counts.
        Example(
            groups: "0::/user.slice/a.service\n", mounts: version2,
            files: [
                "/sys/fs/cgroup/user.slice/a.service/cpu.max": "400000 100000",
                "/sys/fs/cgroup/user.slice/cpu.max": "50000 100000",
            ], processors: 0.5),
        Example(
            groups: "5:cpuset:/x\n4:cpu,cpuacct:/jobs/7\n0::/", mounts: version1,
            files: [
                "/sys/fs/cgroup/cpu,cpuacct/jobs/7/cpu.cfs_quota_us": "200000\n",
                "/sys/fs/cgroup/cpu,cpuacct/jobs/7/cpu.cfs_period_us": "50000\n",
            ], processors: 4),
        Example(
            groups: "4:cpu,cpuacct:/", mounts: version1,
            files: [
                "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1",
                "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
            ], processors: nil),
        // The host's path, and a mount that begins at the container.
        Example(
            groups: "4:cpu:/docker/abc/inner", mounts: container1,
            files: ["/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"],
            processors: 1),
        Example(groups: "nonsense", mounts: "more of it\n - ", files: [:], processors: nil),
        Example(groups: "0::/", mounts: version2, files: ["/sys/fs/cgroup/cpu.max": "0 0"], processors: nil),
    ])
    func theSmallestQuotaCounts(_ example: Example) {
        let found = ProcessorQuota.processors(groups: example.groups, mounts: example.mounts) { example.files[$0] }
        #expect(found == example.processors)
    }

    @Test(arguments: [(8, nil, 8), (8, 2, 2), (8, 1.5, 2), (8, 0.2, 1), (2, 16, 2), (1, 0.9, 1), (0, nil, 1)])
    func aQuotaIsRoundedUp(allowed: Int, quota: Double?, expected: Int) {
        #expect(AvailableProcessors.count(allowed: allowed, quota: quota) == expected)
    }

    @Test func aThreadThatIsBoundHasFewer() async {
        let allowed = ProcessorShare.allowedProcessors
        let counts = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let before = AvailableProcessors.count
                ProcessorShare.bindThread(to: Array(allowed.prefix(1)))
                continuation.resume(returning: (before, AvailableProcessors.count))
            }
        }
        #expect((1...max(1, allowed.count)).contains(counts.0))
        if !allowed.isEmpty { #expect(counts.1 == 1) }
    }
}
