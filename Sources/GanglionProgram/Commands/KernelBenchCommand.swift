import ArgumentParser
import Foundation
import RunConfiguration
import Runs
import UserErrors

struct KernelBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Times the main kernels one by one, on one thread.",
        discussion: """
            Products are compared with what dnnl_sgemm reaches at its best in the same run, on square matrices:

              \(ProgramName.current) bench kernels --preset lenet-28
              \(ProgramName.current) bench kernels --json

            Times are processor time of one call. A convolution's operations are those of its formula: minimal filtering
            needs fewer, and may so exceed the peak.
            """)

    @Option(help: "A preset whose layers are timed; may be given several times. All image presets if not.")
    var preset: [String] = []

    @Flag(help: "Print one JSON object in the place of a table.")
    var json = false

    func run() throws {
        let presets = try preset.map { name in
            try Configuration.resolve(overrides: [
                ConfigurationOverride(key: "preset", value: name, origin: "--preset")
            ]).preset
        }
        let report = KernelBenchmark(presets: presets.isEmpty ? [.lenet28, .mlp28, .dcgan28, .dcgan64] : presets).run()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            print(table(report))
        }
    }

    private func table(_ report: KernelBenchmark.Report) -> String {
        func number(_ value: Double?, _ digits: Int) -> String {
            value.map { String(format: "%.\(digits)f", $0) } ?? ""
        }
        var rows = [["of", "kernel", "µs", "GFLOP/s", "% of peak", "GB/s"]]
        rows += report.kernels.map { timing in
            [
                timing.group, timing.kernel, number(timing.microseconds, 1), number(timing.gigaflops, 1),
                number(timing.percentOfPeak, 0), number(timing.gigabytesPerSecond, 1),
            ]
        }
        var text = ReportText()
        text.add(table: rows, right: [2, 3, 4, 5])
        text.add(line: "The peak is \(number(report.peakGigaflops, 1)) GFLOP/s: dnnl_sgemm at its best in this run.")
        return text.text
    }
}
