/// The sentence of an error: `<where>: <what>; expected X, got Y; <what to do>`.
public enum ErrorSentence {
    public static func text(
        at place: String, _ problem: String, expected: String?, found: String?, advice: String?
    ) -> String {
        var sentence = "\(place): \(problem)"
        switch (expected, found) {
        case (let expected?, let found?): sentence += "; expected \(expected), got \(found)"
        case (let expected?, nil): sentence += "; expected \(expected)"
        case (nil, let found?): sentence += "; got \(found)"
        case (nil, nil): break
        }
        if let advice { sentence += "; \(advice)" }
        return sentence
    }
}
