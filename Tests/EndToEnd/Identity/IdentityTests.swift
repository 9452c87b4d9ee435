import Foundation
import Identity
import Testing

/// Which build a program says that it is, and what becomes of a worker that is another.
@Suite struct IdentityTests {
    /// Release, hash of the sources, and fingerprint of the arithmetic, which is the same every time.
    @Test func theVersionNamesBuildAndArithmetic() throws {
        let sandbox = try Sandbox()
        let first = try sandbox.complete(["--version"]).standardOutput
        #expect(
            first.wholeMatch(of: /\d+\.\d+\.\d+ \(build [0-9a-f]{16}\)\narithmetic [0-9a-f]{16}\n/) != nil, "\(first)")
        #expect(first.hasPrefix("\(BuildVersion.text)\n"))
        #expect(try sandbox.complete(["--version"]).standardOutput == first)
    }

    /// The hash is over the files in this folder and nothing else of this machine: here computed once more.
    @Test func theBuildIsTheHashOfTheSources() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        let kinds: Set = ["swift", "c", "h", "modulemap", "proto"]
        let files = try FileManager.default.subpathsOfDirectory(atPath: "\(root)/Sources").filter {
            kinds.contains(URL(fileURLWithPath: $0).pathExtension)
                && !$0.split(separator: "/").contains { $0.hasPrefix(".") }
        }.map { "Sources/\($0)" }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for path in ["Package.swift"] + files.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let content = try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(path)"))
            for byte in Array("\(path)\0\(content.count)\0".utf8) + content {
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            }
        }
        #expect(BuildVersion.sources == String(format: "%016lx", hash))
    }

    /// oneDNN with the instructions of an older processor has other sums.
    @Test func otherArithmeticIsAnotherFingerprint() throws {
        let sandbox = try Sandbox()
        let own = try sandbox.complete(["--version"]).standardOutput
        let other = try sandbox.complete(["--version"], launcher: ["env", "ONEDNN_MAX_CPU_ISA=SSE41"]).standardOutput
        #expect(own.split(separator: "\n").first == other.split(separator: "\n").first)
        #expect(own != other)
    }

    @Test func aWorkerWithOtherArithmeticIsRefusedOrTakenWithOneWarning() throws {
        let task = TrainingTask(preset: "ring-2d", steps: 60)
        for isAllowed in [false, true] {
            let sandbox = try Sandbox()
            let cluster = try Cluster(
                task, in: sandbox, bind: "ipc://\(sandbox.file("socket"))", run: sandbox.run("run"),
                options: isAllowed ? ["--allow-mixed"] : [])
            let other = try sandbox.start(
                ["worker", "--connect", cluster.endpoint], launcher: ["env", "ONEDNN_MAX_CPU_ISA=SSE41"])
            if isAllowed {
                #expect(try other.wait() == .status(0), "\(other)")
            } else {
                #expect(try other.wait() == .status(77), "\(other)")
                #expect(other.standardError.contains("--allow-mixed"), "\(other)")
                let own = try cluster.startWorker()
                #expect(try own.wait() == .status(0), "\(own)")
            }
            #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
            let warnings =
                cluster.coordinator.standardError.components(separatedBy: "is taken by --allow-mixed").count - 1
            #expect(warnings == (isAllowed ? 1 : 0), "\(cluster.coordinator)")
        }
    }
}
