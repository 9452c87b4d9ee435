import Datasets
import RunConfiguration
import Runs
import UserErrors

/// A class of a data set, as it is named on the command line.
enum ClassArgument {
    /// The number of the class that `text` names or numbers.
    ///
    /// - Parameters:
    ///   - place: for the message: "--class".
    ///   - classes: nil where the data set `name` has none.
    ///   - reason: why it has none, where that is known.
    /// - Throws: `RunError` (usage) where there is no such class, or several have the name.
    static func number(
        _ text: String, at place: String, of classes: DatasetClasses?, name: String, reason: String? = nil
    ) throws -> Int {
        guard let classes else { throw withoutClasses(at: place, name: name, reason: reason) }
        let numbers = classes.numbers(of: text)
        guard let number = numbers.first else {
            let named = classes.names.contains { Int($0) == nil }
            let names = classes.names.prefix(12).joined(separator: ", ") + (classes.count > 12 ? ", …" : "")
            throw RunError(
                .usage, at: place, "there is no class '\(text)'",
                expected: (named ? "one of \(names), or " : "") + "a number from 0 to \(classes.count - 1)",
                advice: Int(text) == nil ? NearestName.advice(text, among: classes.names) : nil)
        }
        guard numbers.count == 1 else {
            throw RunError(
                .usage, at: place, "several classes have the name '\(text)'",
                expected: "the number of one of them: " + numbers.map(String.init).joined(separator: ", "))
        }
        return number
    }

    static func withoutClasses(at place: String, name: String, reason: String?) -> RunError {
        RunError(
            .usage, at: place, "\(name): the data set has no classes" + (reason.map { ": \($0)" } ?? ""),
            expected: "labels beside the images, or images in a folder for each class")
    }
}
