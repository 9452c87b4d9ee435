import Coordination
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

    // MARK: Going on with other arithmetic

    /// The words before a program whose oneDNN has other sums than with all instructions of this processor; nil where none has.
    private static let otherArithmetic: [String]? = {
        guard let sandbox = try? Sandbox(), let own = try? sandbox.complete(["--version"]).standardOutput else {
            return nil
        }
        return ["AVX2", "SSE41"].map { ["env", "ONEDNN_MAX_CPU_ISA=\($0)"] }.first { launcher in
            (try? sandbox.complete(["--version"], launcher: launcher).standardOutput) != own
        }
    }()

    /// Said once, in the terminal and in the log, whenever the arithmetic changes.
    @Test(.enabled(if: otherArithmetic != nil, "oneDNN has the same sums with any instructions of this processor"))
    func aRunThatGoesOnWithOtherArithmeticSaysSo() throws {
        let sandbox = try Sandbox()
        let other = try #require(Self.otherArithmetic)
        let run = sandbox.run("run")
        try sandbox.complete(["train"] + TrainingTask(preset: "ring-2d", steps: 2).arguments(run))
        var steps = 2
        func resume(_ launcher: [String]) throws -> Int {
            steps += 2
            let process = try sandbox.complete(
                ["train", "--run", run.path, "--resume", "--steps", "\(steps)"], launcher: launcher)
            return process.standardError.components(separatedBy: Self.warning).count - 1
        }
        // The checkpoint has the fingerprint of whoever wrote it last.
        for (launcher, warnings) in [([], 0), (other, 1), (other, 0), ([], 1), ([], 0)] as [([String], Int)] {
            #expect(try resume(launcher) == warnings)
        }
        #expect(run.log.components(separatedBy: Self.warning).count == 3, "\(run.log)")
        let next = sandbox.run("next")
        let started = try sandbox.complete(
            ["train", "--from", run.path, "--run", next.path, "--steps", "1"], launcher: other)
        for text in [started.standardError, next.log] {
            #expect(text.components(separatedBy: Self.warning).count == 2, "\(text)")
        }
    }

    private static let warning = "warning: this machine or program computes other bits than the one that wrote"

    // MARK: Another build

    /// Two workers that say that they are of another release, and one of this: the first two are refused with that reason, or
    /// taken with one warning between them, and the bits are the quiet run's, for their sums are in truth the same.
    @Test(arguments: [false, true]) func aWorkerOfAnotherBuild(isAllowed: Bool) throws {
        let cluster = try FaultCluster(options: isAllowed ? ["--allow-mixed", "--set", "cluster.minWorkers=2"] : [])
        let other = "0.0.9 (build 0123456789abcdef)"
        let others = try [2, 3].map { place in
            let proxy = try cluster.proxy(place) { message in
                guard case .hello = message.worker else { return [.send(message.raw)] }
                return [.send(message.disguised(asBuild: other))]
            }
            return try cluster.startWorker(through: proxy)
        }
        let reason = "it is Ganglion \(other), and the coordinator is \(BuildVersion.text): install the same build"
        if isAllowed {
            try cluster.expectQuietEnd(of: others)
        } else {
            for worker in others {
                #expect(try worker.wait() == .status(77), "\(worker)")
                #expect(worker.standardError.contains("\(reason); --allow-mixed"), "\(worker)")
            }
            #expect(!cluster.coordinator.standardError.contains("joined"), "\(cluster.coordinator)")
            try cluster.expectQuietEnd(of: [cluster.startWorker()])
        }
        // A hello that is repeated before its answer has come is refused once more.
        let times = cluster.timesCoordinatorSaid(reason)
        #expect(isAllowed ? times == 1 : times >= 2, "\(cluster.coordinator)")
        #expect(cluster.timesCoordinatorSaid("is taken by --allow-mixed") == (isAllowed ? 1 : 0))
    }
}
