import ArgumentParser
import Datasets
import RunConfiguration
import Runs
import SampleQuality
import UserErrors

struct JudgeShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Tells what a judge was trained on and how good it is.",
        discussion: """
            The one in a file, or the one that a data set has:

              \(ProgramName.current) judge show FILE
              \(ProgramName.current) judge show --data cifar10:data/cifar10
            """)

    @Argument(help: ArgumentHelp("A file that '\(ProgramName.current) judge train' wrote.", valueName: "file"))
    var file: String?

    @Option(help: "glyphs, mnist:DIR, fashion-mnist:DIR, cifar10:DIR or images:DIR.")
    var data: String?

    @OptionGroup var options: JudgedDataOptions

    @Flag(help: "One line of JSON.")
    var json = false

    func validate() throws {
        guard (file == nil) != (data == nil) else {
            throw ValidationError("expected either a judge's file or --data SPEC")
        }
    }

    func run() throws {
        let report = try report()
        print(json ? report.json : report.text)
    }

    private func report() throws -> JudgeReport {
        if let file { return JudgeReport(try Judge(contentsOf: file), place: file) }
        let specification = try DatasetSpecification(parsing: data ?? "")
        let training = try options.open(specification).training
        if let judge = EmbeddedJudge.serving(training) { return JudgeReport(judge, place: "compiled in") }
        let cache = try JudgeCache()
        guard let judge = try cache.judge(for: training) else {
            throw RunError(
                .missing, at: "--data", "\(training.name) has no judge yet",
                expected: "one in \(cache.path(for: training))",
                advice: "make it with: \(ProgramName.current) judge train --data \(specification)")
        }
        return JudgeReport(judge, place: cache.path(for: training))
    }
}
