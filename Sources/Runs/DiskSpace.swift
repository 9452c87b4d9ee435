import FileFormats
import Foundation
import RunConfiguration

/// What a file needs, and what its disk has.
package enum DiskSpace {
    /// Bytes that may be written in a folder; nil where the system does not say.
    package static func free(at folder: String) -> Int? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int(clamping: bytes)
    }

    /// The error of a file that could not be written, with the space that it needs where that was the reason.
    package static func explained(_ error: RunError, needed: Int, folder: String) -> RunError {
        guard error.category == .cannotCreate, let free = free(at: folder) else { return error }
        // A quota leaves the disk with free space.
        guard error.problem.contains("no space left") || free < needed else { return error }
        var explained = error
        explained.problem += " (it needs \(text(needed)), \(text(free)) are free)"
        return explained
    }

    /// `12.3 MB`
    package static func text(_ bytes: Int) -> String {
        let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)]
        guard let (name, size) = units.first(where: { Double(bytes) >= $0.1 }) else { return "\(bytes) bytes" }
        return String(format: "%.1f \(name)", Double(bytes) / size)
    }
}

extension Checkpoint {
    /// What the file has, but for a few hundred bytes of its header.
    var byteCount: Int {
        tensors.reduce(configuration.utf8.count + 1024) { sum, tensor in
            let values =
                switch tensor.values {
                case .float32(let values): values.count * 4
                case .int64(let values): values.count * 8
                }
            return sum + values + tensor.name.utf8.count + 80
        }
    }
}
