/// Scratch memory for programs that run one after the other on one thread.
public final class Workspace {
    private let scratchMemory: AlignedVector
    private let registerMemory: AlignedVector
    let addresses: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
    private let scratchCount: Int
    private let registerCount: Int
    private let addressCount: Int

    public init(for programs: [Program]) {
        scratchCount = programs.map(\.scratchCount).max() ?? 0
        registerCount = programs.map(\.registerCount).max() ?? 0
        addressCount = programs.map(\.addressCount).max() ?? 0
        scratchMemory = AlignedVector(count: scratchCount)
        registerMemory = AlignedVector(count: registerCount)
        addresses = .allocate(capacity: max(1, addressCount))
        addresses.initialize(repeating: registerMemory.pointer, count: max(1, addressCount))
    }

    /// Bytes that a workspace for these programs takes.
    public static func byteCount(for programs: [Program]) -> Int {
        func largest(_ count: (Program) -> Int) -> Int { programs.map(count).max() ?? 0 }
        return (largest(\.scratchCount) + largest(\.registerCount)) * MemoryLayout<Float>.stride
            + largest(\.addressCount) * MemoryLayout<UnsafeMutablePointer<Float>>.stride
    }

    deinit { addresses.deallocate() }

    var scratch: UnsafeMutablePointer<Float> { scratchMemory.pointer }
    var registers: UnsafeMutablePointer<Float> { registerMemory.pointer }

    func fits(_ program: Program) -> Bool {
        program.scratchCount <= scratchCount && program.registerCount <= registerCount
            && program.addressCount <= addressCount
    }
}
