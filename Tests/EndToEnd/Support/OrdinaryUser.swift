import Foundation

/// A program that heeds the modes of files, also where root runs the tests: root may read anything, unless it gives up the
/// capabilities for that (capabilities(7)).
enum OrdinaryUser {
    /// The words before the program.
    static let launcher = getuid() == 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []

    /// Why there is no such program here; nil where there is.
    static let obstacle: String? = {
        do {
            let sandbox = try Sandbox()
            let file = try sandbox.file("closed", holding: [])
            chmod(file, 0)
            let process = try sandbox.start([], launcher: launcher + ["sh", "-c", "! cat '\(file)'"])
            let end = try process.wait()
            return end == .status(0) && process.standardError.contains("denied") ? nil : "\(end): \(process)"
        } catch {
            return "\(error)"
        }
    }()
}
