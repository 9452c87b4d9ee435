import FileFormats
import Foundation
import UserErrors

/// What lies in a folder in the place of a known data set: the same or another set in a form that is not read, an archive,
/// images.
struct ForeignData {
    /// "this is CIFAR-10 for Python; the binary version is wanted"
    let problem: String
    /// What to type.
    let advice: String

    /// Nil where nothing in the folder tells.
    init?(_ listing: FolderListing, folder: DataFolder) {
        let names = listing.entries.map { $0.name.lowercased() }
        let paths = listing.files.map(\.path)
        let command = "\(ProgramName.current) data fetch \(folder.fetchName ?? "mnist")"
        let fetch = "`\(command)`"
        let wantsCIFAR = folder.fetchName == "cifar10"
        if let form = Form.known.first(where: { $0.isAmong(names) }) {
            let isOtherVersion = wantsCIFAR && form.isCIFAR10
            problem = "this is \(form.name)" + (isOtherVersion ? "; the binary version is wanted" : "")
            advice =
                isOtherVersion
                ? "get it with \(fetch)"
                : "get the data set that is wanted with \(fetch), or save these images as PNG files and take images:DIR"
        } else if wantsCIFAR, let name = listing.files.map(\.name).first(where: { IDXFileName($0) != nil }) {
            let kind = folder.path.lowercased().contains("fashion") ? "fashion-mnist" : "mnist"
            problem = "this is a data set in MNIST's format (\(FilePath(name)))"
            advice = "take \(kind):\(folder.path)"
        } else if !wantsCIFAR, names.contains(where: { CIFAR10Files.isBatch($0) }) {
            problem = "this is CIFAR-10"
            advice = "take cifar10:\(folder.path)"
        } else if let part = paths.first(where: { $0.hasSuffix(".part") || $0.hasSuffix(".crdownload") }) {
            problem = "\(FilePath(part)) is a download that has not ended"
            advice = "fetch the rest with `\(command) --out \(Archive.quoted(folder.path))`"
        } else if let archive = paths.filter(Archive.isNamedSo).lazy
            .compactMap({ Archive("\(folder.path)/\($0)") }).first
        {
            problem = "the data set is not unpacked"
            advice = "unpack it first: \(archive.command), then take \(folder.fetchName ?? "images"):\(archive.folder)"
        } else if let form = Form.general.first(where: { $0.isAmong(names) }) {
            problem = "this is \(form.name), which is not read"
            advice = "get the data set with \(fetch), or save its images as PNG files and take images:DIR"
        } else if names.contains(where: { name in [".png", ".jpg", ".jpeg", ".webp"].contains { name.hasSuffix($0) } })
        {
            problem = "this is a folder of images"
            advice = "take images:\(folder.path)"
        } else {
            return nil
        }
    }
}

extension ForeignData {
    /// A form of a data set, told by a file's or a folder's name.
    private struct Form: Sendable {
        var name: String
        /// In lower case; with a leading `.`, how a name ends.
        var marks: [String]
        var isCIFAR10 = false

        /// Names that say it together only.
        var pair: [String] = []

        func isAmong(_ names: [String]) -> Bool {
            if !pair.isEmpty, pair.allSatisfy(names.contains) { return true }
            return names.contains { name in
                marks.contains { $0.hasPrefix(".") ? name.hasSuffix($0) : $0 == name }
            }
        }

        static let known = [
            Form(
                name: "CIFAR-10 for Python",
                marks: (1...5).map { "data_batch_\($0)" }
                    + ["test_batch", "batches.meta", "cifar-10-batches-py", "cifar-10-python.tar.gz"],
                isCIFAR10: true),
            Form(
                name: "CIFAR-10 for Matlab",
                marks: (1...5).map { "data_batch_\($0).mat" }
                    + ["test_batch.mat", "batches.meta.mat", "cifar-10-batches-mat", "cifar-10-matlab.tar.gz"],
                isCIFAR10: true),
            Form(
                name: "CIFAR-100",
                marks: [
                    "fine_label_names.txt", "coarse_label_names.txt", "cifar-100-binary", "cifar-100-python",
                    "cifar-100-matlab", "cifar-100-binary.tar.gz", "cifar-100-python.tar.gz", "cifar-100-matlab.tar.gz",
                ], pair: ["train.bin", "test.bin"]),
            Form(
                name: "STL-10",
                marks: ["stl10_binary", "train_x.bin", "test_x.bin", "unlabeled_x.bin", "stl10_binary.tar.gz"]),
            Form(name: "SVHN in MATLAB files", marks: ["train_32x32.mat", "test_32x32.mat", "extra_32x32.mat"]),
        ]

        static let general = [
            Form(name: "a NumPy archive (.npz), as Keras keeps it", marks: [".npz"]),
            Form(name: "a NumPy array (.npy)", marks: [".npy"]),
            Form(name: "a data set in Parquet files, as Hugging Face keeps it", marks: [".parquet"]),
            Form(name: "a data set in Arrow files, as Hugging Face keeps it", marks: [".arrow"]),
            Form(name: "a data set in TFRecord files", marks: [".tfrecord", ".tfrecords"]),
            Form(name: "a data set in MATLAB files (.mat)", marks: [".mat"]),
            Form(name: "a data set in HDF5 files", marks: [".h5", ".hdf5"]),
            Form(name: "a data set for PyTorch (.pt)", marks: [".pt", ".pth"]),
            Form(name: "a Python pickle", marks: [".pkl", ".pickle", ".pkl.gz"]),
            Form(name: "a table of pixels in CSV files, as Kaggle keeps it", marks: [".csv", ".csv.gz"]),
        ]
    }
}
