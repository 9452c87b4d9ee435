import Foundation

/// The memory that this process and those that it starts can still take.
///
/// Linux tells of the machine in `/proc/meminfo` (`MemAvailable`: without swapping), and of a control group, which containers and
/// `MemoryMax=` of systemd make, its limit and its usage: version 2 in `memory.max`, `memory.high` and `memory.current`, version 1 in
/// `memory.limit_in_bytes` and `memory.usage_in_bytes`. A group's usage has the files that the kernel keeps in memory; those not in use
/// (`inactive_file` of `memory.stat`) it gives back when memory is asked for.
package struct AvailableMemory: Hashable, Sendable {
    package let bytes: Int
    /// Whether it is a control group's limit that leaves so little, and not the machine.
    package let isOfControlGroup: Bool

    package init(bytes: Int, isOfControlGroup: Bool = false) {
        self.bytes = bytes
        self.isOfControlGroup = isOfControlGroup
    }

    /// That of this process; nil where the system does not tell.
    package static var ofThisProcess: AvailableMemory? { AvailableMemory(read: SystemFile.text) }

    /// - Parameter read: the content of a file of the system, nil where there is none.
    package init?(read: (String) -> String?) {
        let machine = read("/proc/meminfo").flatMap { Self.number(of: "MemAvailable:", in: $0) }.map { $0 * 1024 }
        let groups =
            if let groups = read("/proc/self/cgroup"), let mounts = read("/proc/self/mountinfo") {
                ControlGroupFolder.all(of: "memory", groups: groups, mounts: mounts)
            } else {
                [ControlGroupFolder]()
            }
        let left = groups.compactMap { Self.left(in: $0, read) }.min()
        switch (machine, left) {
        case (let machine?, let left?) where left < machine: self.init(bytes: left, isOfControlGroup: true)
        case (let machine?, _): self.init(bytes: machine)
        case (nil, let left?): self.init(bytes: left, isOfControlGroup: true)
        case (nil, nil): return nil
        }
    }

    /// What a group's limit leaves; nil for a group without one.
    private static func left(in folder: ControlGroupFolder, _ read: (String) -> String?) -> Int? {
        func value(_ file: String) -> Int? {
            read("\(folder.path)/\(file)").flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        let limits = folder.isVersion2 ? ["memory.max", "memory.high"] : ["memory.limit_in_bytes"]
        guard let limit = limits.compactMap(value).min(), limit >= 0,
            let usage = value(folder.isVersion2 ? "memory.current" : "memory.usage_in_bytes")
        else { return nil }
        let kept = read("\(folder.path)/memory.stat").flatMap {
            number(of: folder.isVersion2 ? "inactive_file" : "total_inactive_file", in: $0)
        }
        return max(0, limit - max(0, usage - (kept ?? 0)))
    }

    /// The number behind a name that begins a line.
    private static func number(of name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count > 1, words[0] == name { return Int(words[1]).flatMap { 0...(1 << 50) ~= $0 ? $0 : nil } }
        }
        return nil
    }
}
