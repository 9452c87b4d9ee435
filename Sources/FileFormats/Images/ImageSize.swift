/// How large an image may be, and by how much it is reduced while it is decoded.
struct ImageSize: Equatable {
    var width: Int
    var height: Int

    /// Checks what a header claims.
    ///
    /// - Throws: `FileFormatError` for a side of 0, or more than `mostPixels`.
    init(width: Int, height: Int, mostPixels: Int = RasterImage.maximumClaimedPixels, file: String) throws {
        guard width > 0, height > 0 else {
            throw FileFormatError(
                .data, file: file, "the image is empty", expected: "at least 1 × 1 pixels",
                found: "\(width) × \(height)", advice: "replace or remove the file")
        }
        guard width <= mostPixels / height else {
            throw Self.tooLarge(width, height, limit: mostPixels, file: file)
        }
        (self.width, self.height) = (width, height)
    }

    /// The size when boxes of `factor` × `factor` pixels, cut at the right and at the bottom, become one each.
    func reduced(by factor: Int) -> (width: Int, height: Int) {
        ((width - 1) / factor + 1, (height - 1) / factor + 1)
    }

    /// The least of the ascending `factors` with which at most `RasterImage.maximumPixels` are left; or the largest
    /// that leaves `smallest`, when the least does not.
    ///
    /// - Throws: `FileFormatError` when more is left than can be kept.
    func reduction(
        smallest: (width: Int, height: Int)?, among factors: some Sequence<Int>, file: String
    ) throws -> Int {
        var chosen = 1
        for factor in factors {
            let (width, height) = reduced(by: chosen)
            if width * height <= RasterImage.maximumPixels { return chosen }
            guard let smallest, self.width / factor >= smallest.width, self.height / factor >= smallest.height else {
                break
            }
            chosen = factor
        }
        let (width, height) = reduced(by: chosen)
        let limit = smallest == nil ? RasterImage.maximumPixels : RasterImage.maximumKeptPixels
        guard width * height <= limit else {
            throw Self.tooLarge(self.width, self.height, limit: limit, file: file)
        }
        return chosen
    }

    private static func tooLarge(_ width: Int, _ height: Int, limit: Int, file: String) -> FileFormatError {
        FileFormatError(
            .data, file: file, "the image is too large", expected: "at most \(limit) pixels",
            found: "\(width) × \(height)", advice: "shrink it or remove it")
    }
}

extension RasterImage {
    /// An image of more pixels than this, 2^26 (8,192 × 8,192), is reduced while it is decoded; up to this, every pixel
    /// is exact.
    package static let maximumPixels = 1 << 26

    /// The most pixels of a decoded image: what is left when a long side cannot be reduced because of the short one.
    package static let maximumKeptPixels = 1 << 28

    /// A header that claims more pixels than this, 2^30, is refused.
    package static let maximumClaimedPixels = 1 << 30
}
