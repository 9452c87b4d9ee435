import FileFormats
import Foundation

/// What lies in a folder of images: which files are taken, and what is left out and why.
///
/// Files and links to files whose name is an image's are taken, in the folder and below it, in the order of their names (see
/// `FileNameOrder`). Not looked into: hidden folders, what desktops and file servers leave, and folders that hold a run.
/// Where training and held-out data lie in folders of their own, a split is one of them (see `ImageSplits`).
package struct ImageScan: Sendable {
    /// A file that is taken for an image by its name.
    package struct File: Hashable, Sendable {
        /// Relative to `folder`.
        package var path: FilePath
        package var size: Int
        /// When it was last written, in nanoseconds since 1970.
        package var modified: Int64

        package init(path: FilePath, size: Int, modified: Int64) {
            self.path = path
            self.size = size
            self.modified = modified
        }
    }

    /// The folder that was looked through: the one asked for, or that of a split below it.
    package let folder: FilePath
    /// In the order of the data set.
    package let files: [File]
    /// What was left out in words, a line each: "340 files of other formats (.heic 300, .bmp 40)". Empty: nothing was.
    package var leftOut: [String] { omissions.lines }
    /// The same as values.
    package let omissions: LeftOut
    /// What a user should know of how the folder's splits were understood, a sentence each.
    package let notes: [String]
    /// Whether the folder holds the split that was asked for apart from the other.
    package let hasSplits: Bool
    /// The classes of the files by number, when every one lies in a subfolder of `folder`.
    package let labels: [Int]?
    /// The subfolders that are the classes, in the order of their names; empty without classes.
    package let classNames: [FilePath]
    private let identities: Set<FolderWalk.Identity>

    /// Looks through `folder`.
    ///
    /// - Parameter split: the part that is asked for; nil for everything, whatever split it belongs to.
    /// - Throws: `FileFormatError` when a folder cannot be read, or there is no image.
    package init(folder: String, split: DatasetSplit?) throws {
        let root = FilePath(folder)
        let walk = try FolderWalk(root)
        let selection = SplitSelection(walk.folders, split: split)
        self.folder = selection.base.bytes.isEmpty ? root : root.appending(selection.base)
        var omissions = walk.leftOut
        omissions.otherSplit = selection.otherSplit
        omissions.besideSplits = selection.besideSplits
        let prefix = selection.base.bytes.isEmpty ? 0 : selection.base.bytes.count + 1
        var files: [File] = []
        files.reserveCapacity(walk.images.count)
        var folderOfFile: [Int] = []
        for image in walk.images where selection.isTaken[image.folder] {
            var file = image.file
            if prefix > 0 { file.path = FilePath(bytes: Array(file.path.bytes.dropFirst(prefix))) }
            files.append(file)
            folderOfFile.append(image.folder)
        }
        guard !files.isEmpty else {
            throw NoImages(
                root: root, folder: self.folder, omissions: omissions, folders: walk.folders.count
            ).error
        }
        self.files = files
        self.omissions = omissions
        notes = selection.notes
        hasSplits = selection.hasSplits
        identities = walk.identities
        (labels, classNames) = ImageScan.classes(
            folderOfFile, folders: walk.folders.map(\.path), level: selection.base.components.count)
    }

    /// Whether what is put in the folder at `path`, which need not be there yet, would be found by looking through the data
    /// again.
    package func wouldFind(_ path: FilePath) -> Bool {
        var (folder, isThere) = (path, false)
        while true {
            if !isThere, let real = folder.resolved {
                // From here up, there are neither links nor "..".
                (folder, isThere) = (real, true)
            }
            var status = stat()
            if folder.withCString({ stat($0, &status) }) == 0, identities.contains(.init(status)) { return true }
            guard let name = folder.components.last, let parent = folder.parent else { return false }
            // Below a name that is left out nothing is found.
            let isUp = name.bytes.allSatisfy { $0 == UInt8(ascii: ".") }
            if !isUp, FileNames.isHidden(name) || FileNames.knownLeaving(name) != nil { return false }
            folder = parent
        }
    }

    /// - Parameters:
    ///   - folderOfFile: where each file's folder is in `folders`.
    ///   - level: which component of a folder's path is the class.
    private static func classes(_ folderOfFile: [Int], folders: [FilePath], level: Int) -> ([Int]?, [FilePath]) {
        var nameOfFolder: [Int: FilePath] = [:]
        for folder in Set(folderOfFile) {
            let components = folders[folder].components
            guard components.count > level else { return (nil, []) }
            nameOfFolder[folder] = components[level]
        }
        let names = FileNameOrder.sorted(Set(nameOfFolder.values))
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let numberOfFolder = nameOfFolder.mapValues { numbers[$0]! }
        return (folderOfFile.map { numberOfFolder[$0]! }, names)
    }
}
