import Coordination
import Testing

/// What machines and control groups leave to a process, in trees of files that are made up.
@Suite struct AvailableMemoryTests {
    private static let version2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
    private static let version1 = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
        33 31 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        """
    private static let unlimited1 = "9223372036854771712\n"

    struct Example: Sendable {
        var machine: String? = "MemTotal:       8000000 kB\nMemFree: 10 kB\nMemAvailable:    4000000 kB\n"
        var groups: String?
        var mounts: String?
        var files: [String: String] = [:]
        var bytes: Int?
        var isOfControlGroup = false
    }

    @Test(arguments: [
        Example(bytes: 4_096_000_000),
        Example(groups: "0::/", mounts: version2, bytes: 4_096_000_000),
        Example(
            groups: "0::/", mounts: version2,
            files: ["/sys/fs/cgroup/memory.max": "max\n", "/sys/fs/cgroup/memory.current": "500\n"],
            bytes: 4_096_000_000),
        // Files that the kernel keeps and nobody uses it gives back.
        Example(
            groups: "0::/a.slice/b.service\n", mounts: version2,
            files: [
                "/sys/fs/cgroup/a.slice/b.service/memory.max": "1000000000\n",
                "/sys/fs/cgroup/a.slice/b.service/memory.current": "400000000\n",
                "/sys/fs/cgroup/a.slice/b.service/memory.stat": "anon 1\ninactive_file 100000000\nactive_file 9\n",
            ], bytes: 700_000_000, isOfControlGroup: true),
        // The group above leaves less; over `high` the kernel slows a group down.
        Example(
            groups: "0::/a.slice/b.service\n", mounts: version2,
            files: [
                "/sys/fs/cgroup/a.slice/b.service/memory.max": "1000000000\n",
                "/sys/fs/cgroup/a.slice/b.service/memory.current": "400000000\n",
                "/sys/fs/cgroup/a.slice/memory.max": "max", "/sys/fs/cgroup/a.slice/memory.high": "900000000",
                "/sys/fs/cgroup/a.slice/memory.current": "880000000",
            ], bytes: 20_000_000, isOfControlGroup: true),
        // It holds more than it may: nothing is left.
        Example(
            groups: "0::/", mounts: version2,
            files: ["/sys/fs/cgroup/memory.max": "1000", "/sys/fs/cgroup/memory.current": "5000"], bytes: 0,
            isOfControlGroup: true),
        Example(
            groups: "3:cpu:/x\n5:memory:/jobs/7\n", mounts: version1,
            files: [
                "/sys/fs/cgroup/memory/jobs/7/memory.limit_in_bytes": "2000000000\n",
                "/sys/fs/cgroup/memory/jobs/7/memory.usage_in_bytes": "600000000\n",
                "/sys/fs/cgroup/memory/jobs/7/memory.stat": "inactive_file 1\ntotal_inactive_file 200000000\n",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes": unlimited1,
                "/sys/fs/cgroup/memory/memory.usage_in_bytes": "700000000\n",
            ], bytes: 1_600_000_000, isOfControlGroup: true),
        // A group that may have more than the machine has.
        Example(
            groups: "5:memory:/", mounts: version1,
            files: [
                "/sys/fs/cgroup/memory/memory.limit_in_bytes": "64000000000",
                "/sys/fs/cgroup/memory/memory.usage_in_bytes": "0",
            ], bytes: 4_096_000_000),
        Example(machine: nil, bytes: nil),
        Example(machine: "MemAvailable: many kB\n", groups: "nonsense", mounts: "more\n - ", bytes: nil),
        Example(
            machine: nil, groups: "0::/", mounts: version2,
            files: ["/sys/fs/cgroup/memory.max": "1000", "/sys/fs/cgroup/memory.current": "400"], bytes: 600,
            isOfControlGroup: true),
    ])
    func theTightestLimitCounts(_ example: Example) {
        var files = example.files
        files["/proc/meminfo"] = example.machine
        files["/proc/self/cgroup"] = example.groups
        files["/proc/self/mountinfo"] = example.mounts
        let found = AvailableMemory { files[$0] }
        #expect(found?.bytes == example.bytes)
        #expect((found?.isOfControlGroup ?? false) == example.isOfControlGroup)
    }

    #if os(Linux)
        @Test func thisMachineTellsOfItself() throws {
            #expect(try #require(AvailableMemory.ofThisProcess).bytes > 1 << 20)
        }
    #endif
}
