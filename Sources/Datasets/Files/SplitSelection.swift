import FileFormats

/// Which of a data set's folders belong to the split that is asked for.
struct SplitSelection {
    /// For each folder that was looked through, whether its images are taken.
    let isTaken: [Bool]
    /// The folder, relative to the root, that holds all that is taken and whose subfolders are the classes.
    let base: FilePath
    let hasSplits: Bool
    /// Images that are not taken, by their folder.
    private(set) var otherSplit: [FilePath: Int] = [:]
    private(set) var besideSplits: [FilePath: Int] = [:]
    let notes: [String]

    /// - Parameter split: nil takes everything.
    init(_ folders: [FolderWalk.Folder], split: DatasetSplit?) {
        let splits = ImageSplits(folders)
        guard let split, !splits.levels.isEmpty else {
            isTaken = [Bool](repeating: true, count: folders.count)
            hasSplits = false
            let alone = splits.heldOutAlone
            base = split == nil ? FilePath("") : splits.loneTraining ?? (alone.count == 1 ? alone[0] : FilePath(""))
            notes = alone.isEmpty || split == nil ? [] : [SplitSelection.noteOfHeldOut(alone)]
            return
        }
        hasSplits = true
        notes = []
        let levels = Dictionary(uniqueKeysWithValues: splits.levels.map { ($0.path, $0) })
        var taken: [Bool] = []
        var isElsewhere = false
        for folder in folders {
            let (level, name) = SplitSelection.place(of: folder.path, in: levels)
            let isIn: Bool
            if let level {
                isIn = name.map { level.folders(split).contains($0) } ?? false
                if !isIn, folder.images > 0 {
                    let isSplit = name.map { level.training.contains($0) || level.heldOut.contains($0) } ?? false
                    let path = name.map { level.path.appending($0) } ?? level.path
                    if isSplit {
                        otherSplit[path, default: 0] += folder.images
                    } else {
                        besideSplits[path, default: 0] += folder.images
                    }
                }
            } else {
                // Where no split is marked, all is trained on.
                isIn = split == .train
                if isIn, folder.images > 0 { isElsewhere = true }
                if !isIn, folder.images > 0 {
                    otherSplit[folder.path.components.first ?? FilePath(""), default: 0] += folder.images
                }
            }
            taken.append(isIn)
        }
        isTaken = taken
        if splits.levels.count == 1, !isElsewhere {
            let level = splits.levels[0]
            let names = level.folders(split)
            base = names.count == 1 ? level.path.appending(names[0]) : level.path
        } else {
            base = FilePath("")
        }
    }

    /// The level that a folder lies in or below, and the name of the folder of that level.
    private static func place(
        of folder: FilePath, in levels: [FilePath: ImageSplits.Level]
    ) -> (level: ImageSplits.Level?, name: FilePath?) {
        var path = FilePath("")
        if let level = levels[path] { return (level, folder.components.first) }
        let names = folder.components
        for (place, name) in names.enumerated() {
            path = path.appending(name)
            if let level = levels[path] { return (level, place + 1 < names.count ? names[place + 1] : nil) }
        }
        return (nil, nil)
    }

    private static func noteOfHeldOut(_ folders: [FilePath]) -> String {
        let names = folders.map(\.description)
        let list =
            names.count > 1 ? names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1] : names[0]
        return "there is no training folder beside \(list): all images are trained on"
    }
}
