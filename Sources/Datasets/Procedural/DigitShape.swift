/// A way to write a digit: strokes of cubic Bézier curves in a frame that is 1 high, y downwards, with x from 0 to about
/// 0.64.
struct DigitShape: Sendable {
    typealias Point = SIMD2<Float>

    /// Each stroke as its control points: the start, then two handles and an end for every curve.
    let strokes: [[Point]]

    private init(_ strokes: [Point]...) {
        self.strokes = strokes
    }

    /// The ways to write each of the digits 0 to 9.
    static let all: [[DigitShape]] = [
        [zero], [onePlain, oneWithFlag, oneWithBase], [two, twoWithLoop], [three], [four, fourOpen], [five], [six],
        [seven, sevenWithBar], [eight], [nine, nineCurved],
    ]

    /// The largest number of control points and of curves of a shape.
    static let mostPoints = all.joined().map { $0.strokes.joined().count }.max()!
    static let mostCurves = all.joined().map { $0.strokes.reduce(0) { $0 + ($1.count - 1) / 3 } }.max()!

    private static let zero = DigitShape(
        start(0.34, 0) + curve(0.14, 0, 0.02, 0.22, 0.02, 0.5) + curve(0.02, 0.80, 0.15, 1, 0.33, 1)
            + curve(0.52, 1, 0.62, 0.78, 0.62, 0.5) + curve(0.62, 0.22, 0.52, 0, 0.33, 0))

    private static let onePlain = DigitShape(line((0.32, 0), (0.32, 1)))
    private static let oneWithFlag = DigitShape(start(0.16, 0.20) + to(0.16, 0.20, 0.36, 0) + to(0.36, 0, 0.36, 1))
    private static let oneWithBase = DigitShape(
        start(0.16, 0.18) + to(0.16, 0.18, 0.34, 0) + to(0.34, 0, 0.34, 1), line((0.12, 1), (0.56, 1)))

    private static let two = DigitShape(
        start(0.05, 0.24) + curve(0.07, 0.08, 0.18, 0, 0.32, 0) + curve(0.50, 0, 0.60, 0.12, 0.60, 0.27)
            + curve(0.60, 0.48, 0.30, 0.72, 0.03, 1) + to(0.03, 1, 0.64, 1))
    private static let twoWithLoop = DigitShape(
        start(0.06, 0.20) + curve(0.10, 0.06, 0.20, 0, 0.33, 0) + curve(0.50, 0, 0.58, 0.12, 0.56, 0.28)
            + curve(0.52, 0.52, 0.34, 0.80, 0.18, 0.94) + curve(0.08, 1.02, 0.0, 0.98, 0.02, 0.88)
            + curve(0.06, 0.76, 0.26, 0.80, 0.36, 0.90) + curve(0.46, 0.99, 0.56, 1, 0.66, 0.92))

    private static let three = DigitShape(
        start(0.05, 0.13) + curve(0.11, 0.04, 0.20, 0, 0.31, 0) + curve(0.48, 0, 0.57, 0.09, 0.57, 0.23)
            + curve(0.57, 0.37, 0.44, 0.46, 0.24, 0.46) + curve(0.48, 0.46, 0.62, 0.57, 0.62, 0.74)
            + curve(0.62, 0.90, 0.48, 1, 0.29, 1) + curve(0.15, 1, 0.06, 0.95, 0, 0.86))

    private static let four = DigitShape(
        start(0.47, 0) + to(0.47, 0, 0.01, 0.65) + to(0.01, 0.65, 0.66, 0.65), line((0.47, 0), (0.47, 1)))
    private static let fourOpen = DigitShape(
        start(0.10, 0.02) + curve(0.08, 0.22, 0.04, 0.36, 0.04, 0.48) + curve(0.06, 0.58, 0.40, 0.55, 0.60, 0.50),
        line((0.52, 0.06), (0.48, 1)))

    private static let five = DigitShape(
        start(0.13, 0) + to(0.13, 0, 0.08, 0.44) + curve(0.15, 0.39, 0.23, 0.36, 0.32, 0.36)
            + curve(0.50, 0.36, 0.62, 0.49, 0.62, 0.67) + curve(0.62, 0.87, 0.48, 1, 0.28, 1)
            + curve(0.16, 1, 0.06, 0.96, 0, 0.88), line((0.13, 0), (0.58, 0)))

    private static let six = DigitShape(
        start(0.50, 0.01) + curve(0.24, 0.12, 0.02, 0.40, 0.02, 0.69) + curve(0.02, 0.88, 0.14, 1, 0.31, 1)
            + curve(0.48, 1, 0.60, 0.88, 0.60, 0.72) + curve(0.60, 0.56, 0.48, 0.46, 0.32, 0.46)
            + curve(0.18, 0.46, 0.06, 0.55, 0.02, 0.69))

    private static let seven = DigitShape(
        start(0.01, 0) + to(0.01, 0, 0.60, 0) + curve(0.46, 0.30, 0.30, 0.62, 0.22, 1))
    private static let sevenWithBar = DigitShape(
        start(0.01, 0) + to(0.01, 0, 0.60, 0) + curve(0.46, 0.30, 0.30, 0.62, 0.22, 1), line((0.14, 0.5), (0.54, 0.5)))

    private static let eight = DigitShape(
        start(0.32, 0.46) + curve(0.16, 0.40, 0.07, 0.34, 0.07, 0.22) + curve(0.07, 0.08, 0.18, 0, 0.32, 0)
            + curve(0.46, 0, 0.57, 0.08, 0.57, 0.22) + curve(0.57, 0.34, 0.47, 0.40, 0.32, 0.46)
            + curve(0.14, 0.53, 0.02, 0.61, 0.02, 0.76) + curve(0.02, 0.92, 0.16, 1, 0.32, 1)
            + curve(0.48, 1, 0.62, 0.92, 0.62, 0.76) + curve(0.62, 0.61, 0.50, 0.53, 0.32, 0.46))

    private static let nine = DigitShape(
        start(0.58, 0.28) + curve(0.58, 0.45, 0.46, 0.55, 0.31, 0.55) + curve(0.14, 0.55, 0.02, 0.44, 0.02, 0.28)
            + curve(0.02, 0.11, 0.14, 0, 0.31, 0) + curve(0.48, 0, 0.58, 0.11, 0.58, 0.28)
            + curve(0.58, 0.52, 0.55, 0.76, 0.51, 1))
    private static let nineCurved = DigitShape(
        start(0.58, 0.30) + curve(0.56, 0.45, 0.46, 0.55, 0.31, 0.55) + curve(0.14, 0.55, 0.02, 0.44, 0.02, 0.28)
            + curve(0.02, 0.11, 0.14, 0, 0.31, 0) + curve(0.50, 0, 0.60, 0.14, 0.60, 0.36)
            + curve(0.60, 0.70, 0.44, 0.94, 0.12, 1))

    // How the shapes above are written.

    private static func start(_ x: Float, _ y: Float) -> [Point] { [Point(x, y)] }

    private static func curve(
        _ x1: Float, _ y1: Float, _ x2: Float, _ y2: Float, _ x: Float, _ y: Float
    ) -> [Point] {
        [Point(x1, y1), Point(x2, y2), Point(x, y)]
    }

    /// A straight curve, its handles at the thirds.
    private static func to(_ x0: Float, _ y0: Float, _ x: Float, _ y: Float) -> [Point] {
        let (begin, end) = (Point(x0, y0), Point(x, y))
        let third = (end - begin) / 3
        return [begin + third, end - third, end]
    }

    private static func line(_ begin: (Float, Float), _ end: (Float, Float)) -> [Point] {
        start(begin.0, begin.1) + to(begin.0, begin.1, end.0, end.1)
    }
}
