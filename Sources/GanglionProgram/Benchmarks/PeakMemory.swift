import Foundation

/// The most memory that a process has held at once, bytes.
enum PeakMemory {
    /// Of a running process, since its program was loaded; nil where the system does not tell (`/proc` does).
    static func bytes(of process: Int32) -> Int? { procfs("\(process)") }

    /// Of this process.
    static var bytes: Int {
        if let bytes = procfs("self") { return bytes }
        var usage = rusage()
        getrusage(.init(0), &usage)  // RUSAGE_SELF, whose type is not the same on all systems
        #if canImport(Darwin)
            return usage.ru_maxrss
        #else
            return usage.ru_maxrss * 1024
        #endif
    }

    /// VmHWM: unlike `ru_maxrss` it does not remember the process that this one was started by.
    private static func procfs(_ process: String) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(separator: " ").dropLast().last.flatMap({ Int($0) })
        else { return nil }
        return kilobytes * 1024
    }
}
