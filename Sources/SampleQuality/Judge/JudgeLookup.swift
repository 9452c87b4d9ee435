import Datasets
import FileFormats
import RunConfiguration

/// A data set's judge, and where it is from.
package struct FoundJudge: Sendable {
    package enum Origin: Hashable, Sendable {
        /// Compiled into the program.
        case embedded
        /// A file of the user's cache.
        case cached(String)
        /// Trained just now, and kept in this file; nil where it could not be written.
        case trained(String?)
    }

    package var judge: Judge
    package var origin: Origin
}

extension Judge {
    /// The judge of a data set: the embedded one, one from the cache, or one that is trained now and kept there.
    ///
    /// - Parameters:
    ///   - training: what generators are trained on.
    ///   - heldOut: images that were kept from it, where there are any: what a new judge is tested on.
    ///   - cache: where judges are kept; nil for nowhere.
    ///   - trainer: makes a judge where there is none yet.
    ///   - say: takes lines for the user: that a judge is trained first, what it reaches, where it is kept, what is wrong with the
    ///     cache.
    /// - Returns: nil for data of which no judge can be made: points, images of one class or without classes.
    /// - Throws: `DatasetError` where an image cannot be read, and what `progress` throws.
    package static func forData(
        _ training: any SampleSource, heldOut: (any SampleSource)?, cache: JudgeCache?, trainer: JudgeTrainer,
        say: (String) -> Void, progress: (JudgeTrainer.Progress) throws -> Void = { _ in }
    ) throws -> FoundJudge? {
        guard JudgeTrainer.architecture(for: training) != nil else { return nil }
        if var found = existing(for: training, cache: cache, say: say) {
            found.judge.threads = trainer.threads
            return found
        }
        say("\(training.name) has no judge yet: a small classifier is trained first")
        let judge = try trainer(training, heldOut: heldOut, progress: progress)
        var path: String?
        if let cache {
            do {
                path = try cache.store(judge, for: training)
            } catch let error as RunError {
                say("the judge is not kept: \(error)")
            }
        }
        say("judge \(judge.identity): \(judge.accuracyText)" + (path.map { ", kept in \($0)" } ?? ""))
        return FoundJudge(judge: judge, origin: .trained(path))
    }

    /// The judge that there is of a data set already; nil without one.
    package static func existing(
        for training: any SampleSource, cache: JudgeCache?, say: (String) -> Void = { _ in }
    ) -> FoundJudge? {
        if let judge = EmbeddedJudge.serving(training) { return FoundJudge(judge: judge, origin: .embedded) }
        guard let cache else { return nil }
        do {
            return try cache.judge(for: training).map {
                FoundJudge(judge: $0, origin: .cached(cache.path(for: training)))
            }
        } catch {
            say("a judge in the cache is not used: \(error)")
            return nil
        }
    }

    /// "finds the class of 99.35 % of 10000 test images"
    package var accuracyText: String {
        let percent = (provenance.testAccuracy * 10_000).rounded() / 100
        return "finds the class of \(percent) % of \(provenance.testCount) test images"
    }
}
