/// A file on the network: where it lies, and what it must be.
package struct RemoteFile: Hashable, Sendable {
    /// Its name in the folder.
    package var name: String
    /// Mirrors, tried in this order.
    package var mirrors: [String]
    /// In bytes.
    package var size: Int
    /// SHA-256, 64 hexadecimal digits.
    package var sha256: String
    /// For an archive: the files that it unpacks to, with their sizes.
    package var unpacked: [String: Int]

    package init(name: String, mirrors: [String], size: Int, sha256: String, unpacked: [String: Int] = [:]) {
        self.name = name
        self.mirrors = mirrors
        self.size = size
        self.sha256 = sha256
        self.unpacked = unpacked
    }
}

/// The data sets that `ganglion data fetch` knows.
package enum DownloadableDataset: String, Sendable, CaseIterable {
    case mnist
    case fashionMNIST = "fashion-mnist"
    case cifar10

    /// Sizes and checksums are those of TensorFlow Datasets (url_checksums/).
    package var files: [RemoteFile] {
        switch self {
        case .mnist:
            DownloadableDataset.idx(
                mirrors: [
                    "https://ossci-datasets.s3.amazonaws.com/mnist",
                    "https://storage.googleapis.com/cvdf-datasets/mnist",
                ],
                [
                    (
                        "train-images-idx3-ubyte", 9_912_422,
                        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
                    ),
                    (
                        "train-labels-idx1-ubyte", 28_881,
                        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
                    ),
                    (
                        "t10k-images-idx3-ubyte", 1_648_877,
                        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
                    ),
                    (
                        "t10k-labels-idx1-ubyte", 4_542,
                        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
                    ),
                ])
        case .fashionMNIST:
            DownloadableDataset.idx(
                mirrors: [
                    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
                    "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
                    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
                ],
                [
                    (
                        "train-images-idx3-ubyte", 26_421_880,
                        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
                    ),
                    (
                        "train-labels-idx1-ubyte", 29_515,
                        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
                    ),
                    (
                        "t10k-images-idx3-ubyte", 4_422_102,
                        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
                    ),
                    (
                        "t10k-labels-idx1-ubyte", 5_148,
                        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
                    ),
                ])
        case .cifar10:
            [
                RemoteFile(
                    name: "cifar-10-binary.tar.gz",
                    mirrors: [
                        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                        "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/cifar-10-binary.tar.gz",
                    ],
                    size: 170_052_171, sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                    unpacked: Dictionary(
                        uniqueKeysWithValues: ((1...5).map { "data_batch_\($0)" } + ["test_batch"])
                            .map { ("cifar-10-batches-bin/\($0).bin", 30_730_000) }))
            ]
        }
    }

    private static func idx(mirrors: [String], _ files: [(name: String, size: Int, sha256: String)]) -> [RemoteFile] {
        files.map { file in
            RemoteFile(
                name: "\(file.name).gz", mirrors: mirrors.map { "\($0)/\(file.name).gz" }, size: file.size,
                sha256: file.sha256)
        }
    }
}
