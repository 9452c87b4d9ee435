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
    package private(set) var files: [File]
    /// What was left out in words, a line each: "340 files of other formats (.heic 300, .bmp 40)". Empty: nothing was.
    package var leftOut: [String] { omissions.lines }
    /// The same as values.
    package let omissions: LeftOut
    /// What a user should know of how the folder's splits and classes were understood, a sentence each.
    package let notes: [String]
    /// Whether the folder holds the split that was asked for apart from the other.
    package let hasSplits: Bool
    /// The subfolders of `folder` that the files lie in, as classes; nil where they are none (see `ClassFolders`).
    package private(set) var classes: FileClasses?
    /// Why there are no classes, where an image lies outside the subfolders: a sentence, which `notes` have too.
    package let noteOnClasses: String?
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
        let files = ImageScan.files(of: walk, selection)
        guard !files.isEmpty else {
            throw NoImages(
                root: root, folder: self.folder, omissions: omissions, folders: walk.folders.count
            ).error
        }
        self.files = files
        self.omissions = omissions
        let folders = ClassFolders(files.map(\.path))
        classes =
            split == .test && selection.hasSplits
            ? ImageScan.numbered(folders.classes, asTrainingOf: walk) : folders.classes
        noteOnClasses = folders.note
        notes = selection.notes + (folders.note.map { [$0] } ?? [])
        hasSplits = selection.hasSplits
        identities = walk.identities
    }

    /// The same with some of the files alone, by their places; classes keep their numbers.
    func selecting(_ places: [Int]) -> ImageScan {
        var scan = self
        scan.files = places.map { files[$0] }
        scan.classes = classes?.selecting(places)
        return scan
    }

    /// The files that are taken, relative to the folder that holds them all.
    private static func files(of walk: FolderWalk, _ selection: SplitSelection) -> [File] {
        let prefix = selection.base.bytes.isEmpty ? 0 : selection.base.bytes.count + 1
        return walk.images.lazy.filter { selection.isTaken[$0.folder] }.map { image in
            var file = image.file
            if prefix > 0 { file.path = FilePath(bytes: Array(file.path.bytes.dropFirst(prefix))) }
            return file
        }
    }

    /// The classes of held-out images under the numbers that they are trained with. Of folders such as trainA and testA, which
    /// share no name, each part has its own.
    private static func numbered(_ classes: FileClasses?, asTrainingOf walk: FolderWalk) -> FileClasses? {
        let training = ClassFolders(files(of: walk, SplitSelection(walk.folders, split: .train)).map(\.path)).classes
        guard let classes, let training else { return classes }
        let shares = FilePath.matches(classes.names, in: training.names).contains { $0 != nil }
        return shares ? classes.numbered(as: training.names) : classes
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
}
