/// Scratch memory for programs that run one after the other on one thread.
public final class Workspace {
    let scratch: UnsafeMutablePointer<Float>
    let registers: UnsafeMutablePointer<Float>
    let addresses: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
    private let scratchCount: Int
    private let registerCount: Int
    private let addressCount: Int

    public init(for programs: [Program]) {
        scratchCount = programs.map(\.scratchCount).max() ?? 0
        registerCount = programs.map(\.registerCount).max() ?? 0
        addressCount = programs.map(\.addressCount).max() ?? 0
        scratch = allocateFloats(scratchCount)
        registers = allocateFloats(registerCount)
        addresses = .allocate(capacity: max(1, addressCount))
        addresses.initialize(repeating: registers, count: max(1, addressCount))
    }

    deinit {
        scratch.deallocate()
        registers.deallocate()
        addresses.deallocate()
    }

    func fits(_ program: Program) -> Bool {
        program.scratchCount <= scratchCount && program.registerCount <= registerCount
            && program.addressCount <= addressCount
    }
}
