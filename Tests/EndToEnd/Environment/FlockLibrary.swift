import Foundation

/// A library that stands before the C library's `flock` in a program, made by the system's C compiler.
struct FlockLibrary {
    /// The words before a program that loads it.
    let launcher: [String]

    /// - Parameters:
    ///   - result: what every call returns.
    ///   - code: its errno.
    init(returning result: Int32, code: Int32 = 0, in sandbox: Sandbox) throws {
        let source = try sandbox.file(
            "flock.c",
            holding: Array(
                "#include <errno.h>\nint flock(int f, int o) { (void)f; (void)o; errno = \(code); return \(result); }\n"
                    .utf8))
        let library = sandbox.file("flock.so")
        let compiler = try sandbox.start(
            [], launcher: ["sh", "-c", "exec cc -shared -fPIC -o '\(library)' '\(source)'"])
        guard try compiler.wait() == .status(0) else { throw TestFailure("\(compiler)") }
        launcher = ["env", "LD_PRELOAD=\(library)"]
    }

    /// Why none can be made here; nil where one can.
    static let obstacle: String? = {
        do {
            _ = try FlockLibrary(returning: 0, in: try Sandbox())
            return nil
        } catch {
            return "\(error)"
        }
    }()
}
