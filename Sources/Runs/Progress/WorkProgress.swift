/// How far a piece of long work is that is not training: a download, decoding, an evaluation.
package struct WorkProgress: ProgressLine, Hashable {
    /// What the work is counted in.
    package enum Unit: Sendable, Hashable {
        case bytes
        /// Things of this name: "images".
        case items(String)
    }

    package var label: String
    package var done: Int
    /// nil if it is not known.
    package var total: Int?
    package var unit: Unit
    package var elapsedSeconds: Double

    package init(label: String, done: Int = 0, total: Int?, unit: Unit, elapsedSeconds: Double = 0) {
        self.label = label
        self.done = done
        self.total = total
        self.unit = unit
        self.elapsedSeconds = elapsedSeconds
    }

    package func line(width: Int) -> String {
        var layout = LineLayout(share: total.map { $0 > 0 ? Double(done) / Double($0) : 1 })
        layout.add(label, rank: 2)
        layout.add(amount, rank: 0)
        layout.add(rate, rank: 3)
        layout.add(left, rank: 1)
        return layout.line(width: width)
    }

    package var plainLine: String {
        label + ": " + [amount, rate, left].compactMap { $0 }.joined(separator: ", ")
    }

    private var amount: String {
        switch unit {
        case .bytes:
            let megabytes = { (bytes: Int) in ProgressText.fixed(Double(bytes) / 1e6, 1) }
            return total.map { "\(megabytes(done)) of \(megabytes($0)) MB" } ?? "\(megabytes(done)) MB"
        case .items(let name):
            return total.map { "\(done) of \($0) \(name)" } ?? "\(done) \(name)"
        }
    }

    private var perSecond: Double? {
        done > 0 && elapsedSeconds > 0.2 ? Double(done) / elapsedSeconds : nil
    }

    private var rate: String? {
        perSecond.flatMap { rate in
            switch unit {
            case .bytes: "\(ProgressText.fixed(rate / 1e6, 1)) MB/s"
            case .items(let name): ProgressText.count(rate).map { "\($0) \(name)/s" }
            }
        }
    }

    private var left: String? {
        guard let perSecond, let total, total > done else { return nil }
        return ProgressText.duration(Double(total - done) / perSecond).map { "\($0) left" }
    }
}
