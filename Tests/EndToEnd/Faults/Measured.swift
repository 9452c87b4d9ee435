/// What a test has measured, in its output.
enum Measured {
    static func note(_ what: String, _ seconds: Double) {
        print("measured: \(what): \((seconds * 1000).rounded() / 1000) s")
    }
}
