/// How one glyph is written: which shape, and where its strokes run.
struct GlyphPose {
    typealias Point = SIMD2<Float>

    /// Half the thickness of the stroke, in pixels.
    let radius: Float
    /// Half the width of the edge from white to black, in pixels.
    let softness: Float
    private let shape: DigitShape
    /// Numbers in [0, 1), all that the pose depends on.
    private let random: UnsafeBufferPointer<Float>

    private static let settingCount = 16
    /// How many random numbers a pose takes.
    static let randomCount = settingCount + 2 * DigitShape.mostPoints

    /// The digit that the first random word of a glyph stands for; the word's top bits choose.
    static func digit(_ word: UInt32) -> Int { Int((UInt64(word) * 10) >> 32) }

    init(digit: Int, random: UnsafeBufferPointer<Float>) {
        let shapes = DigitShape.all[digit]
        shape = shapes[min(Int(random[1] * Float(shapes.count)), shapes.count - 1)]
        // The mean of two: middling thickness is the most frequent.
        radius = 0.85 + 0.85 * (random[2] + random[3]) / 2
        softness = 0.55 + 0.25 * random[4]
        self.random = random
    }

    /// Calls `body` with the strokes as straight segments (x0, y0, x1, y1), in pixels, centred in 28×28.
    func withSegments(_ body: (UnsafeBufferPointer<SIMD4<Float>>) -> Void) {
        withUnsafeTemporaryAllocation(
            of: SIMD4<Float>.self, capacity: DigitShape.mostCurves * GlyphPose.segmentsPerCurve
        ) { segments in
            var count = 0
            var drawn = 0
            for stroke in shape.strokes {
                append(stroke, drawnBefore: drawn, to: segments, count: &count)
                drawn += stroke.count
            }
            let all = UnsafeMutableBufferPointer(rebasing: segments[..<count])
            center(all)
            body(UnsafeBufferPointer(all))
        }
    }

    private static let segmentsPerCurve = 8

    /// The weights of a cubic Bézier curve's four points at the ends of its segments.
    private static let basis: [SIMD4<Float>] = (1...segmentsPerCurve).map { step in
        let t = Float(step) / Float(segmentsPerCurve)
        let s = 1 - t
        return SIMD4(s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
    }

    private func append(
        _ stroke: [Point], drawnBefore: Int, to segments: UnsafeMutableBufferPointer<SIMD4<Float>>, count: inout Int
    ) {
        var begin = placed(stroke[0], unsteadiness: joint(drawnBefore))
        var beginOffset = joint(drawnBefore)
        var last = begin
        for curve in stride(from: 1, to: stroke.count, by: 3) {
            let endOffset = joint(drawnBefore + curve + 2)
            let handle1 = placed(stroke[curve], unsteadiness: beginOffset + handle(drawnBefore + curve))
            let handle2 = placed(stroke[curve + 1], unsteadiness: endOffset + handle(drawnBefore + curve + 1))
            let end = placed(stroke[curve + 2], unsteadiness: endOffset)
            for weights in GlyphPose.basis {
                let point = weights.x * begin + weights.y * handle1 + weights.z * handle2 + weights.w * end
                (segments.baseAddress! + count).initialize(to: SIMD4(last.x, last.y, point.x, point.y))
                count += 1
                last = point
            }
            begin = end
            beginOffset = endOffset
        }
    }

    /// How far the hand misses a point where curves meet; handles move along with it, so that smooth joints stay smooth.
    private func joint(_ point: Int) -> Point { offset(point, reach: 0.035) }

    private func handle(_ point: Int) -> Point { offset(point, reach: 0.03) }

    private func offset(_ point: Int, reach: Float) -> Point {
        let first = GlyphPose.settingCount + 2 * point
        return Point((2 * random[first] - 1) * reach, (2 * random[first + 1] - 1) * reach)
    }

    /// Where a point of the shape comes to lie, in pixels about the origin.
    private func placed(_ point: Point, unsteadiness: Point) -> Point {
        var place = point + unsteadiness - Point(0.32, 0.5)
        // Bends the upright and the level.
        place.x += (random[5] - 0.5) * 0.3 * (place.y * place.y)
        place.y += (random[6] - 0.5) * 0.4 * (place.x * place.x)
        place.x *= 0.78 + 0.44 * random[7]
        // Hands slant to the right more often than to the left.
        place.x -= (0.42 * random[8] - 0.12) * place.y
        // A rotation by 2·atan(t), in rational form.
        let t = (2 * random[9] - 1) * 0.07
        let cosine = (1 - t * t) / (1 + t * t)
        let sine = 2 * t / (1 + t * t)
        place = Point(cosine * place.x - sine * place.y, sine * place.x + cosine * place.y)
        // 19 to 21 pixels high, the stroke's thickness included.
        return place * (19 + 2 * random[10] - 2 * radius)
    }

    /// Moves the segments to the middle of the picture, give or take a pixel, and shrinks them when they would leave it.
    private func center(_ segments: UnsafeMutableBufferPointer<SIMD4<Float>>) {
        var low = segments[0].lowHalf
        var high = low
        for segment in segments {
            low = pointwiseMin(low, segment.highHalf)
            high = pointwiseMax(high, segment.highHalf)
        }
        let middle = (low + high) / 2
        let half = (high - low) / 2
        let room = 13.2 - radius - softness
        let scale = min(1, room / max(half.x, half.y))
        let wobble = Point(2 * random[11] - 1, 2 * random[12] - 1)
        let slack = pointwiseMin(Point(1, 1), pointwiseMax(Point(0, 0), Point(room, room) - half * scale))
        let target = Point(14, 14) + wobble * slack
        for index in segments.indices {
            let from = (segments[index].lowHalf - middle) * scale + target
            let to = (segments[index].highHalf - middle) * scale + target
            segments[index] = SIMD4(from.x, from.y, to.x, to.y)
        }
    }
}
