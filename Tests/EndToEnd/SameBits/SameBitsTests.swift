import Testing

/// The promise of the project: the final state (parameters, Adam's moments, running statistics, moving average, counters)
/// is the same bits whatever the cluster and whatever happens to it.
@Suite struct SameBitsTests {
    @Test(arguments: Disturbance.all, TrainingTask.all)
    func theFinalStateIsThatOfTheQuietRun(disturbance: Disturbance, task: TrainingTask) throws {
        let quiet = try QuietRuns.shared.stateSHA256(of: task)
        let sandbox = try Sandbox()
        let run = sandbox.run("disturbed")
        try disturbance.apply(to: task, run, in: sandbox)
        #expect(try run.stateSHA256(afterStep: TrainingTask.steps) == quiet)
    }

    /// Else the test above would prove nothing.
    @Test func tasksDiffer() throws {
        let states = try TrainingTask.all.map { try QuietRuns.shared.stateSHA256(of: $0) }
        #expect(Set(states).count == TrainingTask.all.count)
    }

    @Test func theCommandPrintsTheStatesSHA256() throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        try sandbox.complete(["train"] + TrainingTask(preset: "lenet-28").arguments(run, steps: 3))
        let inspect = try sandbox.complete(["inspect", "--run", run.path, "--parameters-sha256"])
        #expect(inspect.standardOutput == (try run.stateSHA256(afterStep: 3)) + "\n")
    }
}
