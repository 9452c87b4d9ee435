// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "ganglion",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "ganglion", targets: ["ganglion"]),
        .executable(name: "custom-model", targets: ["CustomModel"]),
        .library(name: "TensorCore", targets: ["TensorCore"]),
        .library(name: "Adversarial", targets: ["NeuralNetworks", "Adversarial"]),
        // The command line with models of one's own: Sources/CustomModel is the example.
        .library(name: "GanglionProgram", targets: ["GanglionProgram", "Adversarial", "NeuralNetworks", "TensorCore"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.30.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: [
        // C libraries of the system: a module map each.
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"]), .brew(["zeromq"])]),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
        .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLAPACK", providers: [.apt(["liblapack-dev"]), .brew(["lapack"])]),
        .systemLibrary(name: "CSodium", providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),

        // Errors for people, and the exit codes that they lead to.
        .target(name: "UserErrors"),

        // Arithmetic, bottom to top.
        .target(name: "CKernels"),
        .target(name: "TensorCore", dependencies: ["CKernels", "COneDNN"]),
        .target(name: "NeuralNetworks", dependencies: ["TensorCore", "CKernels"]),
        .target(name: "Adversarial", dependencies: ["NeuralNetworks", "TensorCore", "CKernels", "UserErrors"]),

        // Files, data, wire.
        .target(
            name: "CImages",
            linkerSettings: [
                .linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("webp"), .linkedLibrary("webpdemux"),
            ]),
        .target(name: "FileFormats", dependencies: ["UserErrors", "CImages", "CPNG", "CZlib", "CSodium"]),
        .target(name: "Datasets", dependencies: ["FileFormats", "TensorCore", "CKernels", "UserErrors"]),
        .target(name: "CAcceptGuard"),
        .target(name: "Messaging", dependencies: ["CZeroMQ", "CSodium", "CAcceptGuard", "UserErrors"]),
        .target(name: "CAffinity"),
        .target(
            name: "Coordination",
            dependencies: [
                "Messaging", "Adversarial", "FileFormats", "TensorCore", "CAffinity", "CKernels", "UserErrors",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["Wire/ganglion.proto"]),
        // What a run is: its keys, its folder, its quality, and the training itself.
        .target(
            name: "RunConfiguration",
            dependencies: [
                "Coordination", "Adversarial", "NeuralNetworks", "Datasets", "FileFormats", "UserErrors",
                .product(name: "Yams", package: "Yams"),
            ]),
        .target(
            name: "Runs",
            dependencies: [
                "RunConfiguration", "Coordination", "Adversarial", "NeuralNetworks", "TensorCore", "Datasets",
                "FileFormats", "UserErrors",
            ]),
        .target(
            name: "SampleQuality",
            dependencies: [
                "Runs", "RunConfiguration", "Coordination", "Adversarial", "NeuralNetworks", "TensorCore", "CKernels",
                "CLAPACK", "Datasets", "FileFormats", "Identity", "UserErrors",
            ]),

        // Which build this is: a hash over the sources, which a plugin writes.
        .executableTarget(name: "hash-sources"),
        .plugin(
            name: "HashSources", capability: .buildTool(), dependencies: ["hash-sources"], path: "Sources/HashSources"),
        .target(name: "Identity", plugins: ["HashSources"]),

        .target(
            name: "GanglionTraining",
            dependencies: [
                "Identity", "Coordination", "Messaging", "RunConfiguration", "Runs", "Datasets", "FileFormats",
                "Adversarial", "TensorCore", "UserErrors",
            ]),
        .target(
            name: "GanglionProgram",
            dependencies: [
                "GanglionTraining", "SampleQuality", "Coordination", "Messaging", "RunConfiguration", "Runs",
                "Datasets", "FileFormats", "Adversarial", "NeuralNetworks", "TensorCore", "CKernels", "UserErrors",
                "Identity",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "ganglion", dependencies: ["GanglionProgram"]),
        .executableTarget(
            name: "CustomModel", dependencies: ["GanglionProgram", "Adversarial", "NeuralNetworks", "TensorCore"]),

        // For tests: counts what a thread allocates.
        .target(name: "CAllocationCounter", dependencies: ["COneDNN"], path: "Tests/CAllocationCounter"),
        // What several test targets share.
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .target(name: "CSystemCallTrace", path: "Tests/CSystemCallTrace"),

        .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "TestSupport"]),
        .testTarget(
            name: "TensorCoreTests", dependencies: ["TensorCore", "FileFormats"],
            exclude: ["Golden"]),
        .testTarget(
            name: "NeuralNetworksTests", dependencies: ["NeuralNetworks", "TensorCore", "FileFormats"],
            exclude: ["Golden"]),
        .testTarget(
            name: "AdversarialTests",
            dependencies: ["Adversarial", "NeuralNetworks", "TensorCore", "FileFormats", "TestSupport"],
            exclude: ["Golden"]),
        .testTarget(
            name: "FileFormatsTests", dependencies: ["FileFormats", "TestSupport", "CZlib"], exclude: ["Golden"]),
        .testTarget(
            name: "DatasetsTests",
            dependencies: ["Datasets", "FileFormats", "TensorCore", "UserErrors", "TestSupport"]),
        .testTarget(name: "MessagingTests", dependencies: ["Messaging", "TestSupport"]),
        .testTarget(
            name: "CoordinationTests",
            dependencies: [
                "Coordination", "Messaging", "Adversarial", "FileFormats", "TensorCore", "UserErrors",
                "CAllocationCounter", "TestSupport",
            ]),
        .testTarget(
            name: "RunConfigurationTests",
            dependencies: [
                "RunConfiguration", "Coordination", "NeuralNetworks", "Adversarial", "FileFormats", "Datasets",
                "UserErrors", "TestSupport",
            ]),
        .testTarget(
            name: "RunsTests",
            dependencies: [
                "Runs", "RunConfiguration", "Coordination", "NeuralNetworks", "Adversarial", "FileFormats", "Datasets",
                "TensorCore", "UserErrors", "TestSupport",
            ]),
        .testTarget(
            name: "GanglionTrainingTests",
            dependencies: [
                "GanglionTraining", "RunConfiguration", "Coordination", "Adversarial", "NeuralNetworks", "UserErrors",
            ]),
        .testTarget(
            name: "SampleQualityTests",
            dependencies: [
                "SampleQuality", "RunConfiguration", "Datasets", "FileFormats", "TensorCore", "UserErrors",
                "TestSupport",
            ],
            exclude: ["Golden"]),
        .testTarget(
            name: "EndToEnd",
            dependencies: [
                "ganglion", "CustomModel", "Identity", "Coordination", "Messaging", "RunConfiguration", "Runs",
                "SampleQuality", "FileFormats", "Datasets", "Adversarial", "TensorCore", "CSystemCallTrace",
                "TestSupport",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
