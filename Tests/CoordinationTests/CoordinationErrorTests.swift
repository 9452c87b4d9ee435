import Adversarial
import Coordination
import Testing
import UserErrors

/// How a program ends with each error of a coordinator or a worker (<sysexits.h>).
@Suite struct CoordinationErrorTests {
    @Test(
        arguments: [
            (CoordinationError.refused("r"), 77), (.coordinatorLost(endpoint: "e", seconds: 1), 75),
            (.coordinatorStopped("s"), 75), (.computation("c"), 65),
            (.notFinite(step: 0, shard: 0, NonfiniteValue(network: .generator, layer: nil), workers: ["w"]), 65),
            (.malformedMessage("m"), 76), (.process("p"), 71),
        ] as [(CoordinationError, Int32)])
    func exitCodes(error: CoordinationError, code: Int32) {
        #expect(error.exitCode == code)
    }
}
