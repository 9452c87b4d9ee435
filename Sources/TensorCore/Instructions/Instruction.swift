/// One step of a program. A class, so that a program is a list of references and running it copies nothing.
class Instruction {
    func run(_ memory: Memory) {
        preconditionFailure("an instruction says how it runs")
    }

    /// What it does and on which shapes, for a profile.
    var label: String { "\(Self.self)" }

    /// Multiplications and additions of its products, for a profile; 0 where memory bounds it, not arithmetic.
    var floatingPointOperations: Int { 0 }
}
