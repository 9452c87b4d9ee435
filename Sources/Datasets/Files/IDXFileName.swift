import Foundation

/// What the name of an IDX file says of it: `train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte`,
/// `emnist-digits-test-images-idx3-ubyte (1).gz`.
struct IDXFileName: Hashable {
    let role: IDXFile.Role
    let split: DatasetSplit
    /// What stands before the split: "emnist-digits" for EMNIST's; mostly empty.
    let prefix: String
    /// What tells copies of one file apart.
    let mark: String
    let isCompressed: Bool

    /// Nil where it is not the name of an IDX file of images or labels.
    init?(_ name: String) {
        let download = DownloadName(name)
        let base = String(download.base.map { "._ ".contains($0) ? "-" : $0 })
        let pattern =
            /(?:(.*?)-)?(train|t10k|test)-?(image|label)s?(?:-?idx[13])?(?:-?ubyte)?(?:-(?:idx|bin|dat|data))?/
        guard let match = base.wholeMatch(of: pattern) else { return nil }
        role = match.3 == "image" ? .images : .labels
        split = match.2 == "train" ? .train : .test
        prefix = match.1.map(String.init) ?? ""
        mark = download.mark
        isCompressed = download.isCompressed
    }

    /// The usual names, the first of them the original.
    static func usual(_ role: IDXFile.Role, _ split: DatasetSplit) -> [String] {
        let prefix = split == .train ? "train" : "t10k"
        let (word, rank) = role == .images ? ("images", 3) : ("labels", 1)
        return ["\(prefix)-\(word)-idx\(rank)-ubyte", "\(prefix)-\(word).idx\(rank)-ubyte"]
    }
}
