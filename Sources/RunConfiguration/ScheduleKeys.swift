import Adversarial

extension ConfigurationKey {
    /// The keys of a number that may change over the steps: `path` with its value at the first step, `pathEnd` with the one that it
    /// approaches at the last, `pathSchedule` with the way between them.
    ///
    /// - Parameter automatic: where it is kept whether the first value is worked out, which `auto` asks for.
    static func schedule(
        _ path: String, _ place: Place<Schedule>, _ interval: Interval, _ summary: String,
        automatic: Place<Bool>? = nil
    ) -> [ConfigurationKey] {
        let name = path.split(separator: ".").last ?? ""
        let start = place.appending(\.start)
        var last = interval
        last.includesLower = true
        return [
            automatic.map { number(path, start, interval, summary, automatic: $0) }
                ?? number(path, start, interval, summary),
            number(
                "\(path)End", place.appending(\.end), last,
                "What \(name) approaches at the last step, unless it is constant."),
            choice("\(path)Schedule", place.appending(\.shape), "How \(name) changes over the steps."),
        ]
    }

    /// A number, or `auto` for one that the program works out.
    private static func number(
        _ path: String, _ place: Place<Double>, _ interval: Interval, _ summary: String, automatic: Place<Bool>
    ) -> ConfigurationKey {
        let number = number(path, place, interval, summary)
        return ConfigurationKey(
            path: path, summary: summary, expectation: "\(number.expectation), or auto", choices: ["auto"],
            isNumber: true,
            read: { automatic.get($0) ? "auto" : number.read($0) },
            assign: {
                automatic.set(&$0, $1 == "auto")
                return $1 == "auto" || number.assign(&$0, $1)
            })
    }
}

extension Configuration {
    /// Which penalties' weights follow from size and batch.
    package struct AutomaticPenalties: Sendable, Hashable {
        package var r1 = false
        package var r2 = false
    }

    /// Sets the weights that are left to the program: γ = 0.0002 · height · width / batch (Karras et al., "Training generative
    /// adversarial networks with limited data", 2020).
    mutating func updatePenalties() {
        let (model, batch) = (recipe.model, Double(recipe.batch))
        let weight = 0.0002 * Double(model.imageHeight * model.imageWidth) / batch
        if automaticPenalties.r1 { recipe.r1.start = weight }
        if automaticPenalties.r2 { recipe.r2.start = weight }
    }
}
