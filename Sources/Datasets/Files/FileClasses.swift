import FileFormats

/// The classes of the files of a list.
package struct FileClasses: Hashable, Sendable {
    /// The names of their folders, in the order of their numbers.
    package let names: [FilePath]
    /// The class of each file.
    package let labels: [Int]

    /// - Precondition: each label is the number of a name.
    package init(names: [FilePath], labels: [Int]) {
        precondition(labels.allSatisfy(names.indices.contains), "a label is the number of a class")
        self.names = names
        self.labels = labels
    }

    /// The classes of some of the files, by their places, under the same numbers.
    func selecting(_ places: [Int]) -> FileClasses {
        FileClasses(names: names, labels: places.map { labels[$0] })
    }

    /// The names of the classes that a file has.
    var filledNames: [FilePath] {
        let filled = Set(labels)
        return names.indices.filter(filled.contains).map { names[$0] }
    }

    /// The same classes under the numbers that `before` has for their names; new ones follow in their order. All names of
    /// `before` remain, whether a file has that class or not.
    package func numbered(as before: [FilePath]) -> FileClasses {
        var all = before
        let numbers = FilePath.matches(names, in: before).enumerated().map { own, match in
            if let match { return match }
            all.append(names[own])
            return all.count - 1
        }
        return FileClasses(names: all, labels: labels.map { numbers[$0] })
    }
}

/// Which of the folders that files lie in are classes: where every file lies in a subfolder, these, numbered in the order of their
/// names (`FileNameOrder`), as torchvision's `ImageFolder` numbers them. A folder that holds all files is passed over, so that the
/// classes may lie some folders down (`animals/raw/cat`, `animals/raw/dog`); files in one folder have no classes.
struct ClassFolders {
    /// nil without classes.
    let classes: FileClasses?
    /// Why there are none though there are several subfolders, for a person.
    let note: String?

    /// - Parameter paths: of the files, relative to the folder of the data.
    init(_ paths: [FilePath]) {
        var (folders, folderOfFile) = ([FilePath](), [Int]())
        var places: [FilePath: Int] = [:]
        folderOfFile.reserveCapacity(paths.count)
        for path in paths {
            let folder = path.bytes.lastIndex(of: UInt8(ascii: "/")).map { path.bytes[..<$0] } ?? []
            // Neighbours mostly share their folder.
            if let last = folderOfFile.last, folders[last].bytes[...] == folder {
                folderOfFile.append(last)
                continue
            }
            let name = FilePath(bytes: Array(folder))
            let place = places[name] ?? folders.count
            if place == folders.count {
                places[name] = place
                folders.append(name)
            }
            folderOfFile.append(place)
        }
        let components = folders.map(\.components)
        let level = ClassFolders.sharedPrefix(components)
        guard folders.count > 1 else {
            (classes, note) = (nil, nil)
            return
        }
        if let outside = components.firstIndex(where: { $0.count == level }) {
            classes = nil
            let isSeveral = Set(components.filter { $0.count > level }.map { $0[level] }).count > 1
            let loose = isSeveral ? paths.indices.filter { folderOfFile[$0] == outside }.map { paths[$0] } : []
            note = loose.isEmpty ? nil : ClassFolders.note(outside: loose)
            return
        }
        let names = FileNameOrder.sorted(Set(components.map { $0[level] }))
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let numberOfFolder = components.map { numbers[$0[level]]! }
        classes = FileClasses(names: names, labels: folderOfFile.map { numberOfFolder[$0] })
        note = nil
    }

    /// How many folders down all files lie in the same ones.
    private static func sharedPrefix(_ folders: [[FilePath]]) -> Int {
        guard let first = folders.first else { return 0 }
        return folders.reduce(first.count) { shared, folder in
            zip(first.prefix(shared), folder).prefix { $0 == $1 }.count
        }
    }

    private static func note(outside paths: [FilePath]) -> String {
        let names = paths.prefix(3).map(\.description).joined(separator: ", ")
        let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
        let subject = paths.count == 1 ? "1 image lies" : "\(paths.count) images lie"
        return "\(subject) outside the class folders (\(names)\(more)), so no labels are used"
    }
}

extension FilePath {
    /// For each path its place in another list, each place once: that of the same path or, where there is none, of one that is
    /// spelled in another way.
    static func matches(_ paths: [FilePath], in others: [FilePath]) -> [Int?] {
        let places = Dictionary(others.enumerated().map { ($1, $0) }) { first, _ in first }
        var matches = paths.map { places[$0] }
        let taken = Set(matches.compactMap { $0 })
        var rest: [FilePath: Int] = [:]
        for place in others.indices where !taken.contains(place) { rest[others[place].normalized] = place }
        guard !rest.isEmpty else { return matches }
        for place in paths.indices where matches[place] == nil {
            matches[place] = rest.removeValue(forKey: paths[place].normalized)
        }
        return matches
    }

    /// The path as names are compared: one that is spelled in another way is the same.
    package var normalized: FilePath { FilePath(bytes: FileNameOrder.key(of: self)) }
}
