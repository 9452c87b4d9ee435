import Foundation

/// Seeded trials of a file reader: each makes a valid file wrong in some way, lets it be read, and looks at what came of it.
///
/// What crashes a reader stays behind as the only file in the temporary folder; what it does else is told with its seed.
/// `GANGLION_FUZZ_SECONDS` lets each campaign go on for so long, `GANGLION_FUZZ_SEED` begin with a seed.
package struct FuzzCampaign {
    /// What came of the trials.
    package struct Outcome {
        /// Files that were read, and files that were refused.
        package fileprivate(set) var accepted = 0
        package fileprivate(set) var refused = 0
        /// What must not be, with the seed of the trial; the campaign ends with the first.
        package fileprivate(set) var failure: String?
        /// Bytes by which the most address space that the process has had went up. Other tests add to it.
        package fileprivate(set) var memoryGrowth = 0
    }

    /// How the file is called, in a folder of its own.
    private let name: String
    private let iterations: Int

    package init(file name: String, iterations: Int) {
        (self.name, self.iterations) = (name, iterations)
    }

    /// Runs the trials.
    ///
    /// - Parameters:
    ///   - mutated: the bytes of the file to try.
    ///   - sentence: the sentence of an error of the type that the reader throws; nil for another type.
    ///   - other: what an error may name in the file's place.
    ///   - read: reads the file at a path, throws what the reader throws, and returns what else is wrong, or nil.
    package func run(
        naming other: String? = nil, mutated: (inout SeededRandom) throws -> [UInt8],
        sentence: (any Error) -> String?, read: (_ path: String) throws -> String?
    ) throws -> Outcome {
        let environment = ProcessInfo.processInfo.environment
        let limit = environment["GANGLION_FUZZ_SECONDS"].flatMap(Double.init).map { ContinuousClock.now + .seconds($0) }
        let first = environment["GANGLION_FUZZ_SEED"].flatMap(UInt64.init) ?? 0
        let folder = try TemporaryFolder()
        let memory = MemoryMeter.peakBytes
        var outcome = Outcome()
        var seed = first
        while outcome.failure == nil, limit.map({ ContinuousClock.now < $0 }) ?? (seed - first < UInt64(iterations)) {
            var random = SeededRandom(seed: seed)
            let path = try folder.file(name, holding: try mutated(&random))
            do {
                outcome.failure = try read(path)
                outcome.accepted += 1
            } catch {
                outcome.refused += 1
                outcome.failure = Self.complaint(of: error, sentence(error), places: [path, other ?? path])
            }
            if outcome.failure == nil, folder.names != [name] { outcome.failure = "left \(folder.names)" }
            if let failure = outcome.failure { outcome.failure = "\(name), seed \(seed): \(failure)" }
            seed += 1
        }
        outcome.memoryGrowth = MemoryMeter.peakBytes - memory
        return outcome
    }

    /// What is wrong with a refusal; nil for a sentence of one line that names the file.
    private static func complaint(of error: any Error, _ sentence: String?, places: [String]) -> String? {
        guard let sentence else { return "\(type(of: error)) is no error of this reader: \(error)" }
        if !places.contains(where: sentence.contains) { return "the file is not named: \(sentence)" }
        return sentence.contains(where: \.isNewline) ? "the sentence has several lines: \(sentence)" : nil
    }
}
