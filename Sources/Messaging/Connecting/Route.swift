/// The way to an endpoint whose host is a name: which of the name's addresses is tried at present.
struct Route: Sendable {
    /// As the user gave it.
    let endpoint: Endpoint
    /// The endpoint in numbers that is tried; nil where the name has no address.
    private(set) var current: Endpoint?
    /// What the name stands for, as far as is known.
    private(set) var addresses: [HostAddress] = []
    /// Why the name has no address at present.
    private(set) var fault: HostLookup.Fault?
    private var index = 0

    init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
        guard case .tcp = endpoint else {
            current = endpoint
            return
        }
        lookUp()
    }

    /// Looks the name up again, for its machine may have moved, and goes to the next of its addresses.
    mutating func advance() {
        guard case .tcp = endpoint else { return }
        let last = addresses.isEmpty ? nil : addresses[index]
        lookUp()
        guard !addresses.isEmpty, let last, let place = addresses.firstIndex(of: last) else { return }
        choose((place + 1) % addresses.count)
    }

    private mutating func lookUp() {
        guard case .tcp(let host, _) = endpoint else { return }
        do {
            addresses = try HostLookup.addresses(of: host)
            fault = nil
            choose(0)
        } catch {
            // Addresses that were found before stay good while a name server is away.
            fault = error as? HostLookup.Fault
            if addresses.isEmpty { current = nil }
        }
    }

    private mutating func choose(_ number: Int) {
        index = number
        current = endpoint.withNumbers(addresses[number])
    }
}
