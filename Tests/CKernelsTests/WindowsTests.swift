import CKernels
import TestSupport
import Testing

extension ck_window {
    /// Windows over an image with the same padding on all sides, as many as fit.
    init(
        _ height: Int, _ width: Int, _ channels: Int, kernel: (Int, Int), stride: (Int, Int) = (1, 1),
        pad: (Int, Int) = (0, 0), extra: Int = 0
    ) {
        self.init(
            height: Int32(height), width: Int32(width), channels: Int32(channels), kernelHeight: Int32(kernel.0),
            kernelWidth: Int32(kernel.1), strideHeight: Int32(stride.0), strideWidth: Int32(stride.1),
            padTop: Int32(pad.0), padLeft: Int32(pad.1),
            outHeight: Int32((height + 2 * pad.0 - kernel.0) / stride.0 + 1 + extra),
            outWidth: Int32((width + 2 * pad.1 - kernel.1) / stride.1 + 1 + extra))
    }

    var imageCount: Int { Int(height * width * channels) }
    var outputCount: Int { Int(outHeight * outWidth * channels) }
    var windowsCount: Int { outputCount * Int(kernelHeight * kernelWidth) }

    /// For each element of the windows, in order, its place in the image or nil outside.
    var places: [Int?] {
        var places: [Int?] = []
        for oy in 0..<outHeight {
            for ox in 0..<outWidth {
                for ky in 0..<kernelHeight {
                    for kx in 0..<kernelWidth {
                        let (y, x) = (oy * strideHeight - padTop + ky, ox * strideWidth - padLeft + kx)
                        let isInside = y >= 0 && y < height && x >= 0 && x < width
                        for c in 0..<channels { places.append(isInside ? Int((y * width + x) * channels + c) : nil) }
                    }
                }
            }
        }
        return places
    }

    /// Shapes of the presets, and awkward ones: windows past each edge, kernels wider than the image, gaps.
    static let examples: [ck_window] = [
        ck_window(28, 28, 1, kernel: (5, 5)), ck_window(12, 12, 10, kernel: (5, 5)),
        ck_window(28, 28, 1, kernel: (4, 4), stride: (2, 2), pad: (1, 1)),
        ck_window(14, 14, 64, kernel: (4, 4), stride: (2, 2), pad: (1, 1)),
        ck_window(16, 16, 3, kernel: (4, 4), stride: (2, 2), pad: (1, 1)),
        ck_window(8, 8, 256, kernel: (4, 4), stride: (2, 2), pad: (1, 1)),
        ck_window(16, 16, 32, kernel: (4, 4), stride: (2, 2)), ck_window(34, 34, 16, kernel: (4, 4), stride: (2, 2)),
        ck_window(28, 28, 1, kernel: (7, 7), pad: (6, 6)), ck_window(9, 7, 5, kernel: (3, 2), stride: (2, 3)),
        ck_window(9, 7, 2, kernel: (3, 3), stride: (2, 2), pad: (1, 1)),
        ck_window(6, 5, 1, kernel: (8, 8), pad: (7, 7)), ck_window(6, 5, 1, kernel: (9, 9), pad: (8, 8)),
        ck_window(3, 3, 7, kernel: (5, 5), pad: (2, 2)), ck_window(7, 7, 20, kernel: (2, 2), stride: (3, 3)),
        ck_window(5, 6, 9, kernel: (1, 1)), ck_window(1, 1, 3, kernel: (1, 1)), ck_window(4, 4, 1, kernel: (1, 1)),
        ck_window(6, 6, 4, kernel: (3, 3), stride: (2, 2), pad: (1, 1), extra: 2),
        ck_window(6, 6, 1, kernel: (3, 3), pad: (1, 1), extra: 3),
        ck_window(8, 9, 100, kernel: (3, 3), pad: (1, 1)), ck_window(4, 4, 17, kernel: (4, 4), stride: (4, 4)),
        ck_window(9, 8, 3, kernel: (3, 3), pad: (1, 1)), ck_window(7, 7, 3, kernel: (5, 5), pad: (4, 4)),
        ck_window(10, 10, 1, kernel: (4, 4), stride: (2, 2)), ck_window(9, 9, 1, kernel: (3, 3), stride: (2, 2)),
        ck_window(1, 9, 1, kernel: (1, 2), pad: (0, 1)), ck_window(3, 9, 2, kernel: (1, 3), stride: (1, 1)),
        ck_window(8, 8, 6, kernel: (2, 2)), ck_window(8, 9, 2, kernel: (2, 2), stride: (3, 3)),
        // Halving, with all kinds of channels; the last leave a row and a column out.
        ck_window(24, 24, 10, kernel: (2, 2), stride: (2, 2)), ck_window(6, 8, 15, kernel: (2, 2), stride: (2, 2)),
        ck_window(4, 2, 9, kernel: (2, 2), stride: (2, 2)), ck_window(4, 6, 20, kernel: (2, 2), stride: (2, 2)),
        ck_window(4, 4, 3, kernel: (2, 2), stride: (2, 2)), ck_window(5, 7, 12, kernel: (2, 2), stride: (2, 2)),
        ck_window(5, 7, 6, kernel: (2, 2), stride: (2, 2)),
        // Wider than the row buffers on the stack.
        ck_window(2, 1100, 1, kernel: (2, 3), pad: (1, 1)), ck_window(5, 1000, 1, kernel: (5, 5), pad: (2, 2)),
    ]
}

@Suite("Windows of an image")
struct WindowsTests {
    @Test("Gathering copies each place, zeros outside", arguments: ck_window.examples.indices)
    func gather(index: Int) {
        var window = ck_window.examples[index]
        var generator = SeededRandom(seed: 41)
        let image = generator.floats(window.imageCount)
        var windows = [Float](repeating: .nan, count: window.windowsCount)
        ck_gather_windows(image, &windows, &window)
        #expect(windows == window.places.map { $0.map { image[$0] } ?? 0 }, "\(window)")
    }

    @Test("Scattering adds each place's windows and nothing else", arguments: ck_window.examples.indices)
    func scatter(index: Int) {
        var window = ck_window.examples[index]
        var generator = SeededRandom(seed: 42)
        // Small whole numbers: the sum is exact in any order.
        let windows = (0..<window.windowsCount).map { _ in Float(Int.random(in: -50...50, using: &generator)) }
        var image = [Float](repeating: .nan, count: window.imageCount)
        ck_scatter_windows(windows, &image, &window)
        var expected = [Float](repeating: 0, count: window.imageCount)
        for (place, value) in zip(window.places, windows) {
            if let place { expected[place] += value }
        }
        #expect(image == expected, "\(window)")
    }

    @Test("Scattering keeps NaN and infinity to the pixels they belong to", arguments: ck_window.examples.indices)
    func scatterOfNaN(index: Int) {
        var window = ck_window.examples[index]
        let places = window.places
        for at in stride(from: 0, to: window.windowsCount, by: max(1, window.windowsCount / 37)) {
            var windows = [Float](repeating: 1, count: window.windowsCount)
            windows[at] = .nan
            var image = [Float](repeating: 0, count: window.imageCount)
            ck_scatter_windows(windows, &image, &window)
            #expect(image.indices.filter { image[$0].isNaN } == (places[at].map { [$0] } ?? []))
        }
    }

    @Test("Scattering reads and writes inside its arrays only", arguments: ck_window.examples.indices)
    func staysInside(index: Int) {
        var window = ck_window.examples[index]
        let guardZone = 64
        var windows = [Float](repeating: .nan, count: window.windowsCount + 2 * guardZone)
        var image = [Float](repeating: 7, count: window.imageCount + 2 * guardZone)
        for i in 0..<window.windowsCount { windows[guardZone + i] = 1 }
        windows.withUnsafeBufferPointer { from in
            image.withUnsafeMutableBufferPointer { to in
                ck_scatter_windows(from.baseAddress! + guardZone, to.baseAddress! + guardZone, &window)
            }
        }
        #expect(image.allSatisfy { !$0.isNaN })
        #expect(image.prefix(guardZone).allSatisfy { $0 == 7 } && image.suffix(guardZone).allSatisfy { $0 == 7 })
        for i in 0..<window.imageCount { image[guardZone + i] = 1 }
        windows = [Float](repeating: 7, count: windows.count)
        image.withUnsafeBufferPointer { from in
            windows.withUnsafeMutableBufferPointer { to in
                ck_gather_windows(from.baseAddress! + guardZone, to.baseAddress! + guardZone, &window)
            }
        }
        #expect(windows.prefix(guardZone).allSatisfy { $0 == 7 } && windows.suffix(guardZone).allSatisfy { $0 == 7 })
    }
}
