import Datasets

/// A look at every sample of a source that was opened from a file nobody vouches for.
enum SourceTrial {
    /// What is wrong with it; nil when every sample and every label can be read and is in range.
    static func complaint(of source: some SampleSource) -> String? {
        guard source.count > 0 else { return "has no samples" }
        let classes = source.classes
        if let classes, classes.counts.reduce(0, +) != source.count { return "has classes of other samples" }
        for index in 0..<source.count {
            do {
                let sample = try source.sample(index)
                guard sample.count == source.shape.elementCount, sample.allSatisfy({ (0...1).contains($0) }) else {
                    return "sample \(index) is \(sample)"
                }
            } catch {
                guard error is DatasetError else { return "sample \(index): \(type(of: error)) \(error)" }
            }
            if let label = source.label(index), !(0..<(classes?.count ?? 0)).contains(label) {
                return "label \(index) is \(label)"
            }
        }
        return nil
    }
}
