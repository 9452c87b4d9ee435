import Foundation
import RunConfiguration
import Runs
import SampleQuality

/// A judge in words, or as a line of JSON.
struct JudgeReport {
    private let judge: Judge
    private let place: String

    /// - Parameter place: its file, or where else it is.
    init(_ judge: Judge, place: String) {
        self.judge = judge
        self.place = place
    }

    var text: String {
        let provenance = judge.provenance
        var report = ReportText()
        report.add(line: "\(place): judge \(judge.identity)")
        report.add("takes", "images of \(judge.architecture.imageText) (height, width, channels)")
        report.add("tells", "\(judge.classNames.count) classes: \(names)")
        report.add("features", "\(judge.dimensions)")
        report.add(
            "accuracy",
            String(format: "%.2f %%", provenance.testAccuracy * 100)
                + " of \(ReportText.grouped(provenance.testCount)) images: \(RunError.printable(provenance.testData))")
        report.add("trained on", RunError.printable(provenance.data))
        report.add("fingerprint", RunError.printable(provenance.dataFingerprint))
        report.add(
            "training",
            "\(provenance.epochs) epochs, seed \(provenance.seed)" + (provenance.mirrors ? ", images mirrored" : ""))
        report.add("build", RunError.printable(provenance.build))
        if let size = ReportText.size(ofFile: place) { report.add("size", ReportText.kilobytes(size)) }
        return report.text
    }

    private var names: String {
        let shown = judge.classNames.prefix(12).joined(separator: ", ")
        return RunError.printable(shown) + (judge.classNames.count > 12 ? ", …" : "")
    }

    var json: String {
        struct Line: Encodable {
            var judge, identity, image: String
            var classes: [String]
            var features: Int
            var testAccuracy: Double
            var testCount: Int
            var testData, data, dataFingerprint: String
            var seed: UInt64
            var epochs: Int
            var mirrors: Bool
            var build: String
        }
        let provenance = judge.provenance
        return ReportText.json(
            Line(
                judge: place, identity: judge.identity, image: judge.architecture.imageText,
                classes: judge.classNames, features: judge.dimensions, testAccuracy: provenance.testAccuracy,
                testCount: provenance.testCount, testData: provenance.testData, data: provenance.data,
                dataFingerprint: provenance.dataFingerprint, seed: provenance.seed, epochs: provenance.epochs,
                mirrors: provenance.mirrors, build: provenance.build))
    }
}
