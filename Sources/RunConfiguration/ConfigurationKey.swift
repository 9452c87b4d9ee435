import FileFormats
import UserErrors

/// One key of the configuration: its path, what it means, which values it takes, where the value is kept.
package struct ConfigurationKey: Sendable {
    /// Nested names joined by dots, as `--set` takes it: `generator.optimizer.learningRate`.
    package let path: String
    /// What the key means, in one sentence for the written file.
    package let summary: String
    /// Which values it takes, in words that follow "expected".
    package let expectation: String
    /// The values of a key that takes one of several names.
    package let choices: [String]
    /// The value is a number, so it may not stand in quotes.
    let isNumber: Bool
    /// The value as it is written in YAML; reading it again gives the same value.
    let read: @Sendable (Configuration) -> String
    /// Puts a value, given as text, into a configuration; false if the text is no value of this key.
    let assign: @Sendable (inout Configuration, String) -> Bool

    /// The path without its last name; empty for a key of the top level.
    package var section: String {
        path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
    }

    /// The last name of the path.
    package var name: String {
        path.lastIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// The key's value in a configuration, as written in YAML.
    package func value(in configuration: Configuration) -> String { read(configuration) }

    /// The key with exactly this path, or with the path that it once had.
    package static func named(_ path: String) -> ConfigurationKey? { byPath[renamed[path] ?? path] }

    /// Paths that hold keys: `generator`, `generator.optimizer`, …
    static let sections: Set<String> = {
        var sections: Set<String> = []
        for path in all.map(\.path) + Array(renamed.keys) {
            var section = path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
            while !section.isEmpty {
                sections.insert(section)
                section = section.lastIndex(of: ".").map { String(section[..<$0]) } ?? ""
            }
        }
        return sections
    }()

    /// The path, of a key or a section, that a mistyped one was meant to be: by its whole, or by its last name alone
    /// (`learningRate` for `generator.optimizer.learningRate`).
    package static func nearest(to path: String) -> String? {
        let paths = all.map(\.path) + sections.sorted()
        if let whole = NearestName.of(path, among: paths) { return whole }
        let last = path.split(separator: ".").last.map(String.init) ?? path
        guard let name = NearestName.of(last, among: all.map(\.name)) else { return nil }
        // Several networks have the same names: the one with the most similar path.
        return all.filter { $0.name == name }
            .min { NearestName.editDistance(path, $0.path) < NearestName.editDistance(path, $1.path) }?.path
    }

    private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })
}

// MARK: Kinds of keys

extension ConfigurationKey {
    /// Where a value is kept in a configuration.
    struct Place<Value>: Sendable {
        let get: @Sendable (Configuration) -> Value
        let set: @Sendable (inout Configuration, Value) -> Void

        static func at(_ path: WritableKeyPath<Configuration, Value> & Sendable) -> Place {
            Place(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
        }

        static func at<Part>(
            _ part: WritableKeyPath<Configuration, Part> & Sendable, _ path: WritableKeyPath<Part, Value> & Sendable
        ) -> Place {
            Place<Part>.at(part).appending(path)
        }

        /// The place of a part of the value.
        func appending<Part>(_ path: WritableKeyPath<Value, Part> & Sendable) -> Place<Part> {
            Place<Part>(
                get: { get($0)[keyPath: path] },
                set: { configuration, part in
                    var value = get(configuration)
                    value[keyPath: path] = part
                    set(&configuration, value)
                })
        }
    }

    static func integer(
        _ path: String, _ place: Place<Int>, _ range: ClosedRange<Int>, _ summary: String
    ) -> ConfigurationKey {
        ConfigurationKey(
            path: path, summary: summary,
            expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)", choices: [], isNumber: true,
            read: { String(place.get($0)) },
            assign: {
                guard let value = Int($1), range.contains(value) else { return false }
                place.set(&$0, value)
                return true
            })
    }

    /// A whole number, or `auto` for one that the program works out.
    static func integerOrAuto(
        _ path: String, _ place: Place<Int?>, _ range: ClosedRange<Int>, _ summary: String
    ) -> ConfigurationKey {
        ConfigurationKey(
            path: path, summary: summary,
            expectation: "a whole number from \(range.lowerBound) to \(range.upperBound), or auto", choices: ["auto"],
            isNumber: true,
            read: { place.get($0).map { String($0) } ?? "auto" },
            assign: {
                if $1 == "auto" {
                    place.set(&$0, nil)
                    return true
                }
                guard let value = Int($1), range.contains(value) else { return false }
                place.set(&$0, value)
                return true
            })
    }

    /// true or false.
    static func flag(_ path: String, _ place: Place<Bool>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(
            path: path, summary: summary, expectation: "true or false", choices: ["true", "false"], isNumber: false,
            read: { "\(place.get($0))" },
            assign: {
                guard let value = Bool($1) else { return false }
                place.set(&$0, value)
                return true
            })
    }

    static func unsigned(_ path: String, _ place: Place<UInt64>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(
            path: path, summary: summary, expectation: "a whole number from 0 to \(UInt64.max)", choices: [],
            isNumber: true,
            read: { String(place.get($0)) },
            assign: {
                guard let value = UInt64($1) else { return false }
                place.set(&$0, value)
                return true
            })
    }

    /// Real numbers between two bounds, each of which may itself be left out.
    struct Interval: Sendable {
        var lower: Double
        var upper: Double
        var includesLower = true
        var includesUpper = true

        func contains(_ x: Double) -> Bool {
            // What must not be 0 must not become 0, or lose its digits, as float32 either.
            if lower == 0, !includesLower, !Float(x).isNormal { return false }
            return (includesLower ? x >= lower : x > lower) && (includesUpper ? x <= upper : x < upper)
        }

        var words: String {
            "a number \(includesLower ? "from" : "over") \(spell(lower)) \(includesUpper ? "to" : "and under") "
                + spell(upper)
        }

        private func spell(_ bound: Double) -> String {
            bound == bound.rounded() && abs(bound) < 1e15 ? String(Int(bound)) : String(bound)
        }

        static func from(_ lower: Double, to upper: Double) -> Interval { Interval(lower: lower, upper: upper) }
        static func over(_ lower: Double, to upper: Double) -> Interval {
            Interval(lower: lower, upper: upper, includesLower: false)
        }
        static func from(_ lower: Double, under upper: Double) -> Interval {
            Interval(lower: lower, upper: upper, includesUpper: false)
        }
    }

    static func number(
        _ path: String, _ place: Place<Double>, _ interval: Interval, _ summary: String
    ) -> ConfigurationKey {
        ConfigurationKey(
            path: path, summary: summary, expectation: interval.words, choices: [], isNumber: true,
            read: { YAMLScalar.text(of: place.get($0)) },
            assign: {
                guard let value = YAMLScalar.number($1), interval.contains(value) else { return false }
                place.set(&$0, value)
                return true
            })
    }

    static func choice<Value>(
        _ path: String, _ place: Place<Value>, _ summary: String
    ) -> ConfigurationKey where Value: RawRepresentable<String> & CaseIterable & Sendable {
        let choices = Value.allCases.map(\.rawValue)
        return ConfigurationKey(
            path: path, summary: summary, expectation: "one of \(choices.joined(separator: ", "))", choices: choices,
            isNumber: false,
            read: { place.get($0).rawValue },
            assign: {
                guard let value = Value(rawValue: $1) else { return false }
                place.set(&$0, value)
                return true
            })
    }

    static func text(
        _ path: String, _ place: Place<String>, _ expectation: String, _ summary: String
    ) -> ConfigurationKey {
        ConfigurationKey(
            path: path, summary: summary, expectation: expectation, choices: [], isNumber: false,
            read: { YAMLScalar.text(of: place.get($0)) },
            assign: {
                guard !$1.isEmpty, !$1.unicodeScalars.contains("\0") else { return false }
                place.set(&$0, $1)
                return true
            })
    }

    static func colour(_ path: String, _ place: Place<RGBColour>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(
            path: path, summary: summary, expectation: "a colour: white, black, gray or #rrggbb", choices: [],
            isNumber: false,
            read: { YAMLScalar.text(of: place.get($0).description) },
            assign: {
                guard let colour = RGBColour(parsing: $1) else { return false }
                place.set(&$0, colour)
                return true
            })
    }

    /// A SHA-256 in hexadecimal that may be missing from the configuration: `none` stands for that.
    static func digest(_ path: String, _ place: Place<String?>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(
            path: path, summary: summary, expectation: "64 hexadecimal digits, or none", choices: [], isNumber: false,
            read: { YAMLScalar.text(of: place.get($0) ?? "none") },
            assign: {
                let digits = $1.lowercased()
                let isDigest =
                    digits.utf8.count == 64 && digits.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
                guard isDigest || $1 == "none" else { return false }
                place.set(&$0, isDigest ? digits : nil)
                return true
            })
    }

    /// A file that may be missing from the configuration: `none` stands for that.
    static func file(_ path: String, _ place: Place<String?>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(
            path: path, summary: summary, expectation: "the path of a file, or none", choices: [], isNumber: false,
            read: { YAMLScalar.text(of: place.get($0) ?? "none") },
            assign: {
                guard !$1.isEmpty, !$1.unicodeScalars.contains("\0") else { return false }
                place.set(&$0, $1 == "none" ? nil : $1)
                return true
            })
    }
}
