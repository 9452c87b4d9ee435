import FileFormats

/// Why a folder holds no image that could be taken, and what to do about it.
struct NoImages {
    /// As it was asked for.
    var root: FilePath
    /// The part of it that has no image: that of a split, or the root.
    var folder: FilePath
    var omissions: LeftOut
    /// How many folders were looked through.
    var folders: Int

    var error: FileFormatError {
        if omissions.runs == [FilePath("")] {
            return FileFormatError(
                .data, file: root.description, "this folder holds a run, whose pictures are no data",
                expected: "a folder of images", advice: "give the folder that holds your images")
        }
        let hint = self.hint
        return FileFormatError(
            .data, file: folder.description, "there is no image",
            expected: "files that end in \(FileNames.imageEndingsText)", found: found(hint), advice: hint?.advice)
    }

    private func found(_ hint: Hint?) -> String {
        let lines = omissions.lines
        guard lines.isEmpty else { return lines.joined(separator: ", ") + (hint?.fact.map { " (\($0))" } ?? "") }
        guard omissions.hidden == 0 else {
            return omissions.hidden == 1
                ? "1 hidden file or folder, which is left out"
                : "\(omissions.hidden) hidden files or folders, which are left out"
        }
        return folders > 1 ? "\(folders - 1) empty folder\(folders == 2 ? "" : "s")" : "an empty folder"
    }

    private struct Hint {
        var fact: String?
        var advice: String
    }

    private static let archives: Set<String> = ["zip", "tar", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar"]
    private static let pictures: Set<String> = [
        "heic", "heif", "avif", "jxl", "tif", "tiff", "bmp", "gif", "psd", "svg", "ico", "tga", "ppm", "pgm", "pnm",
        "pbm", "eps",
        "pdf", "jp2", "j2k", "dds", "exr", "hdr", "xcf", "cr2", "cr3", "nef", "arw", "dng", "orf", "rw2", "raf", "pcx",
    ]
    private static let films: Set<String> = ["mp4", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "m4v", "wmv"]
    private static let tables: Set<String> = [
        "npy", "npz", "mat", "parquet", "arrow", "tfrecord", "tfrecords", "h5", "hdf5", "pkl", "pickle", "pt", "pth",
        "bin", "mdb",
        "lmdb",
    ]

    /// What to do with the most frequent kind that there is advice for.
    private var hint: Hint? {
        if !omissions.otherSplit.isEmpty {
            let names = FileNameOrder.sorted(omissions.otherSplit.keys).map(\.description)
            return Hint(
                advice: "put images there, or give the folder to train on itself: images:\(root.appending(names[0]))")
        }
        let folder = self.folder.description
        for (ending, _) in omissions.otherFormats.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            if NoImages.archives.contains(ending) {
                let program = ending == "zip" ? "unzip" : ending == "7z" || ending == "rar" ? "7z x" : "tar xf"
                return Hint(advice: "unpack the .\(ending) file first, for instance with: \(program)")
            }
            if NoImages.pictures.contains(ending) {
                return Hint(
                    advice: "convert them to PNG or JPEG, for instance with ImageMagick: "
                        + "mogrify -format jpg \(ShellWord.quoted(folder))/*.\(ending)")
            }
            if NoImages.films.contains(ending) {
                return Hint(
                    advice: "take pictures out of the film, for instance with: ffmpeg -i FILM.\(ending) %06d.png")
            }
            if NoImages.tables.contains(ending) {
                return Hint(advice: "write the images in the .\(ending) file as PNG files")
            }
            if ending.isEmpty {
                return Hint(advice: "if these are images, give them names that end in .png, .jpg or .webp")
            }
        }
        return nil
    }
}
