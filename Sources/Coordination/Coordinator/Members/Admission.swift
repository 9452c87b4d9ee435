/// Who may join: only workers whose arithmetic and data are the coordinator's, unless mixed arithmetic is allowed.
struct Admission: Sendable {
    /// More members are refused: this bounds what strangers can make the coordinator store.
    private static let mostMembers = 4096
    /// Kinds of differing workers that are warned of; whoever connects decides how many there are.
    private static let mostMixedKinds = 16

    private let settings: CoordinatorSettings
    /// Build and fingerprint of workers that joined although theirs differ: each kind is warned of once.
    private var mixedKinds: Set<String> = []

    init(settings: CoordinatorSettings) { self.settings = settings }

    /// Why a worker may not join; nil if it may.
    func refusal(of hello: Hello, members: Int) -> String? {
        if members >= Admission.mostMembers {
            return "\(members) workers have said hello already; that is the most that one coordinator takes"
        }
        guard !settings.allowsMixedArithmetic, let difference = difference(of: hello) else { return nil }
        return "\(difference); --allow-mixed takes it and gives up that runs repeat bit for bit"
    }

    /// Why a worker with this data may not compute; nil if it may.
    func refusal(ofData fingerprint: String) -> String? {
        guard fingerprint != settings.dataFingerprint else { return nil }
        return
            "it reads other data (\(fingerprint)) than the coordinator (\(settings.dataFingerprint)); give both the same files"
    }

    /// How a worker that joins differs, once for each kind of worker: the tenth of a kind says nothing new.
    mutating func takeWarning(about hello: Hello) -> String? {
        guard let difference = difference(of: hello), mixedKinds.count < Admission.mostMixedKinds,
            mixedKinds.insert("\(hello.build)\0\(hello.numericFingerprint)").inserted
        else { return nil }
        return difference
    }

    /// Why a worker may compute other bits than the coordinator's machine; nil if nothing suggests it.
    private func difference(of hello: Hello) -> String? {
        if hello.build != settings.build {
            return
                "it is Ganglion \(hello.build.prefix(128)), and the coordinator is \(settings.build): install the same build"
        }
        if hello.numericFingerprint != settings.numericFingerprint {
            return
                "its arithmetic gives other bits than the coordinator's (\(hello.numericFingerprint.prefix(128)) and "
                + "\(settings.numericFingerprint)): another CPU family, oneDNN or image library"
        }
        return nil
    }
}
