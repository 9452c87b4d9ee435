import Foundation

/// A folder of a control group that a process is in, by which Linux limits what it may use.
///
/// A limit holds for all groups below its own, so that of every folder on the way to the root counts (kernel documentation,
/// admin-guide/cgroup-v2.rst, admin-guide/cgroup-v1/).
struct ControlGroupFolder: Hashable {
    let path: String
    /// Version 2 has one hierarchy of folders for all controllers, version 1 one for each.
    let isVersion2: Bool

    /// The folders of a process's groups and of all above them that can be seen.
    ///
    /// - Parameters:
    ///   - controller: `cpu`, `memory`.
    ///   - groups: `/proc/self/cgroup`: lines `hierarchy:controllers:/path`.
    ///   - mounts: `/proc/self/mountinfo`.
    static func all(of controller: String, groups: String, mounts: String) -> [ControlGroupFolder] {
        let mounts = mounts.split(separator: "\n").compactMap { Mount($0, controller: controller) }
        return groups.split(separator: "\n").flatMap { line -> [ControlGroupFolder] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let isVersion2 = parts[0] == "0" && parts[1].isEmpty
            guard isVersion2 || parts[1].split(separator: ",").contains(Substring(controller)) else { return [] }
            return mounts.filter { isVersion2 ? $0.isVersion2 : $0.hasController }.flatMap { mount in
                mount.folders(ofGroup: String(parts[2])).map { ControlGroupFolder(path: $0, isVersion2: isVersion2) }
            }
        }
    }
}

/// A small file of the kernel's.
enum SystemFile {
    /// nil where there is none.
    static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// A mounted hierarchy of control groups.
private struct Mount {
    /// The group that is seen at the mount point.
    let root: String
    let point: String
    let isVersion2: Bool
    let hasController: Bool

    /// From a line of mountinfo: `ID PARENT DEVICE ROOT POINT OPTIONS [TAGS…] - TYPE SOURCE SUPEROPTIONS`.
    init?(_ line: Substring, controller: String) {
        let words = line.split(separator: " ")
        guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 3 else { return nil }
        isVersion2 = words[dash + 1] == "cgroup2"
        hasController =
            words[dash + 1] == "cgroup" && words[dash + 3].split(separator: ",").contains(Substring(controller))
        guard isVersion2 || hasController else { return nil }
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
