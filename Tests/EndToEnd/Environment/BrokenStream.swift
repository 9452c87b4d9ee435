/// A standard stream that takes nothing.
enum BrokenStream: String, CaseIterable, Sendable {
    /// A disk without room.
    case full
    case closed
    /// A pipe whose reader has gone.
    case unread

    /// The words before a program whose descriptors are such streams.
    func launcher(_ descriptors: Int...) -> [String] {
        let redirections = descriptors.map { number in
            switch self {
            case .full: "exec \(number)>/dev/full"
            case .closed: "exec \(number)>&-"
            case .unread:
                // Opened for reading too, so that opening it for writing waits for nobody.
                "d=$(mktemp -d) && mkfifo $d/p && exec 9<>$d/p && exec \(number)>$d/p && exec 9<&- && rm -r $d"
            }
        }
        return ["sh", "-c", redirections.joined(separator: " && ") + " && exec \"$@\"", "sh"]
    }
}
