import FileFormats

/// Finds the folders of a data set's splits by their names: training data beside held-out data.
///
/// A folder is a split's when one of the words of its name says so ("train", "DIV2K_valid_HR", "testA") and a folder of the
/// other kind lies beside it: a class of trains among cars and ships is a class.
struct ImageSplits {
    enum Role: Hashable {
        case training
        /// What is evaluated with is the one with the smallest rank: test before validation.
        case heldOut(rank: Int)
    }

    /// A folder that holds a split's folders.
    struct Level {
        /// Relative to the data folder.
        var path: FilePath
        /// Names of folders in it.
        var training: [FilePath]
        /// All held-out folders that hold images.
        var heldOut: [FilePath]
        /// Those of them that are evaluated with.
        var test: [FilePath]

        /// The folders of a split, by name.
        func folders(_ split: DatasetSplit) -> [FilePath] { split == .train ? training : test }
    }

    /// The levels where splits lie beside each other: one, or one for each class.
    private(set) var levels: [Level] = []
    /// A training folder that holds all images there are, so that its subfolders are the classes.
    private(set) var loneTraining: FilePath?
    /// Held-out folders at the top without a training folder beside them.
    private(set) var heldOutAlone: [FilePath] = []

    /// How many folders deep splits are looked for.
    private static let depth = 4

    init(_ folders: [FolderWalk.Folder]) {
        let root = Node(FilePath(""))
        for folder in folders {
            var node = root
            node.images += folder.images
            let names = folder.path.components
            for name in names.prefix(ImageSplits.depth) {
                node = node.child(name)
                node.images += folder.images
            }
            if names.count <= ImageSplits.depth { node.direct += folder.images }
        }
        find(below: root, path: FilePath(""), depth: 0)
        guard levels.isEmpty else { return }
        findAlone(root)
    }

    private final class Node {
        let name: FilePath
        /// Here and below, and here alone.
        var images = 0
        var direct = 0
        private(set) var children: [Node] = []
        private var places: [FilePath: Int] = [:]

        init(_ name: FilePath) { self.name = name }

        func child(_ name: FilePath) -> Node {
            if let place = places[name] { return children[place] }
            places[name] = children.count
            children.append(Node(name))
            return children[children.count - 1]
        }
    }

    private mutating func find(below node: Node, path: FilePath, depth: Int) {
        guard depth < ImageSplits.depth else { return }
        let named = node.children.compactMap { child in
            ImageSplits.role(of: child.name).map { Candidate(child: child, role: $0.role, rest: $0.rest) }
        }
        let training = named.filter { $0.role == .training }
        let heldOut = named.filter { candidate in
            candidate.role != .training && candidate.child.images > 0 && training.contains { $0.matches(candidate) }
        }
        guard heldOut.isEmpty else {
            levels.append(ImageSplits.level(at: path, training: training, heldOut: heldOut))
            return
        }
        for child in node.children where child.images > 0 {
            find(below: child, path: path.appending(child.name), depth: depth + 1)
        }
    }

    private struct Candidate {
        var child: Node
        var role: Role
        var rest: [String]

        /// "train", "training_set"; not "train_masks".
        var isPlain: Bool { rest == ["*"] }

        /// Whether a training folder and a held-out one may be of one set.
        func matches(_ other: Candidate) -> Bool {
            let onlyNumbered = (rest + other.rest).allSatisfy { $0 == "*" || $0.allSatisfy(\.isNumber) }
            return rest == other.rest || isPlain || other.isPlain || onlyNumbered
        }
    }

    /// What is trained on and what is evaluated with: the plain names where there are any (`train`, beside `train_masks`), else
    /// those that have a counterpart (`trainA` and `testA`), else all.
    private static func level(at path: FilePath, training: [Candidate], heldOut: [Candidate]) -> Level {
        func chosen(_ candidates: [Candidate], among others: [Candidate]) -> [FilePath] {
            // Beside a folder with images, an empty one does not count.
            let filled = candidates.filter { $0.child.images > 0 }
            let candidates = filled.isEmpty ? candidates : filled
            let plain = candidates.filter(\.isPlain)
            let paired = candidates.filter { candidate in others.contains { $0.rest == candidate.rest } }
            return FileNameOrder.sorted(
                (!plain.isEmpty ? plain : !paired.isEmpty ? paired : candidates).map(\.child.name))
        }
        func rank(_ candidate: Candidate) -> Int {
            guard case .heldOut(let rank) = candidate.role else { return .max }
            return rank
        }
        let first = heldOut.map(rank).min()
        return Level(
            path: path, training: chosen(training, among: heldOut),
            heldOut: FileNameOrder.sorted(heldOut.map(\.child.name)),
            test: chosen(heldOut.filter { rank($0) == first }, among: training))
    }

    /// Looks at the folders that hold all images there are.
    private mutating func findAlone(_ root: Node) {
        var (node, path) = (root, FilePath(""))
        for _ in 0..<ImageSplits.depth {
            let filled = node.children.filter { $0.images > 0 }
            let roles = filled.map { ImageSplits.role(of: $0.name)?.role }
            if node.direct == 0, filled.count == 1, roles[0] == .training {
                loneTraining = path.appending(filled[0].name)
                return
            }
            if node.direct == 0, !filled.isEmpty,
                roles.allSatisfy({ $0 != nil && $0 != .training }),
                !node.children.contains(where: { ImageSplits.role(of: $0.name)?.role == .training })
            {
                heldOutAlone = FileNameOrder.sorted(filled.map { path.appending($0.name) })
                return
            }
            guard node.direct == 0, filled.count == 1 else { return }
            path = path.appending(filled[0].name)
            node = filled[0]
        }
    }

    // MARK: Names

    private static let trainingWords: Set<String> = [
        "train", "training", "trn", "trainset", "trainingset", "traindata", "trainingdata", "trainval", "tr",
    ]

    private static let heldOutWords: [String: Int] = {
        let ranks = [
            ["test", "testing", "tst", "testset", "testdata", "testingset", "ts", "te"],
            ["holdout", "heldout"],
            ["eval", "evaluation", "evalset"],
            ["val", "valid", "validation", "validate", "valset", "validset", "validationset", "valdata"],
            ["dev", "devset", "development"],
        ]
        return Dictionary(
            uniqueKeysWithValues: ranks.enumerated().flatMap { rank, words in words.map { ($0, rank) } })
    }()

    /// Words that say nothing of what a folder holds.
    private static let fillers: Set<String> = [
        "set", "data", "dataset", "image", "images", "img", "imgs", "photo", "photos", "picture", "pictures", "split",
        "samples", "folder", "files",
    ]

    /// What split a folder is by its name, and the words of the name that remain: two folders are splits of one set when these
    /// are equal.
    static func role(of name: FilePath) -> (role: Role, rest: [String])? {
        guard let text = name.text, text.utf8.count <= 64 else { return nil }
        var words = self.words(text)
        // "held-out", "hold_out"
        if let place = words.indices.dropLast().first(where: {
            ["held", "hold"].contains(words[$0]) && words[$0 + 1] == "out"
        }) {
            words.replaceSubrange(place...(place + 1), with: ["heldout"])
        }
        let roles = words.enumerated().compactMap { place, word -> (Int, Role)? in
            if trainingWords.contains(word) { return (place, .training) }
            return heldOutWords[word].map { (place, .heldOut(rank: $0)) }
        }
        guard let (place, role) = roles.first else { return nil }
        var rest = words
        rest[place] = "*"
        // "train_val" beside "test" is trained on.
        if roles.count > 1, role == .training, roles.count == words.count { rest = ["*"] }
        rest.removeAll { fillers.contains($0) }
        return (role, rest)
    }

    /// The words of a name in lower case: "DIV2K_valid_HR" → div, 2, k, valid, hr; "testA" → test, a.
    private static func words(_ text: String) -> [String] {
        enum Sort { case lower, upper, digit, other }
        var words: [String] = []
        var last = Sort.other
        for character in text {
            let sort: Sort =
                character.isNumber
                ? .digit : !character.isLetter ? .other : character.isUppercase ? .upper : .lower
            let continues = sort == last || (last == .upper && sort == .lower && words.last?.count == 1)
            if sort != .other {
                if continues, !words.isEmpty {
                    words[words.count - 1] += character.lowercased()
                } else {
                    words.append(character.lowercased())
                }
            }
            last = sort
        }
        return words
    }
}
