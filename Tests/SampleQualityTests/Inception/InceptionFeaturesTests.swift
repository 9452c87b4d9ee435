import FileFormats
import Foundation
import SampleQuality
import TestSupport
import Testing

/// Inception's features against PyTorch's (scripts/make-inception-golden), with weights and images that are formulas.
struct InceptionFeaturesTests {
    /// The state dict of scripts/make-inception-golden: each tensor with its number by the order of the names.
    private static let state: SafetensorsFile = {
        let shapes = InceptionFeatures.stateShapes
        var file = SafetensorsFile()
        for (place, name) in shapes.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }).enumerated() {
            let shape = shapes[name]!
            let count = shape.reduce(1, *)
            let bound = (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
            let values = HashedNumbers.uniform(seed: place + 1, count: count).map { u -> Float in
                let u = Double(u)
                if name.hasSuffix("conv.weight") { return Float((2 * u - 1) * bound) }
                return Float(name.hasSuffix("bn.weight") || name.hasSuffix("running_var") ? 0.75 + u / 2 : u / 2 - 0.25)
            }
            file.tensors[name] = SafetensorsFile.Tensor(values, shape: shape)
        }
        return file
    }()

    private func golden(_ name: String) throws -> SafetensorsFile {
        try SafetensorsFile(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Golden/\(name).safetensors").path)
    }

    @Test("the features of two images are PyTorch's")
    func features() throws {
        let expected = try #require(try golden("inception").tensors["features"]).floats()
        var inception = try InceptionFeatures(Self.state, path: "formula", height: 299, width: 299, channels: 3)
        let images = HashedNumbers.uniform(seed: 1000, count: 2 * 299 * 299 * 3).enumerated().map { place, u in
            Float(0.7 * Double(place / (299 * 3) % 299) / 298 + 0.3 * Double(u))
        }
        inception.threads = 1
        let found = try inception.features(of: images, count: 2)
        let difference = zip(found, expected).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }.squareRoot()
        let norm = expected.reduce(0.0) { $0 + pow(Double($1), 2) }.squareRoot()
        #expect(found.count == 4096)
        #expect(difference / norm < 2e-5)
        #expect(inception.identity.count == 16)
    }

    @Test("weights that are missing or of another shape are refused by name")
    func badWeights() throws {
        func refusal(_ file: SafetensorsFile) throws -> String {
            let error = try #require(throws: (any Error).self) {
                try InceptionFeatures(file, path: "weights", height: 8, width: 8, channels: 1)
            }
            return "\(error)"
        }
        #expect(
            try refusal(SafetensorsFile())
                == "weights: the weights of Inception-v3 lack the tensor 'Conv2d_1a_3x3.conv.weight'; make the file with "
                + "scripts/convert-inception")
        var file = SafetensorsFile()
        file.tensors["Conv2d_1a_3x3.conv.weight"] = SafetensorsFile.Tensor(
            [Float](repeating: 0, count: 9), shape: [3, 3])
        #expect(
            try refusal(file).contains(
                "'Conv2d_1a_3x3.conv.weight' has another shape; expected [32, 3, 3, 3], got [3, 3]"))
        file.tensors["Conv2d_1a_3x3.conv.weight"] = SafetensorsFile.Tensor(
            [Float](repeating: .nan, count: 864), shape: [32, 3, 3, 3])
        #expect(try refusal(file).contains("not finite"))
    }

    @Test(
        "the state dict has the tensors of the well-known one: 470 without counts and classifier, 21.8 million numbers")
    func stateDict() {
        let shapes = InceptionFeatures.stateShapes
        #expect(shapes.count == 470)
        #expect(shapes["Mixed_6c.branch7x7_2.conv.weight"] == [160, 160, 1, 7])
        #expect(shapes["Mixed_7c.branch3x3dbl_3b.bn.running_var"] == [384])
        let parameters = shapes.filter { !$0.key.contains("running") }.reduce(0) { $0 + $1.value.reduce(1, *) }
        // torchvision's inception_v3 without auxiliary classifier and last layer.
        #expect(parameters == 21_785_568)
    }
}
