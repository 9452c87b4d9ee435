import Coordination
import TestSupport

/// What befalls processes and connections, from time to time.
enum Strike: CaseIterable {
    case disconnect, partition, death, massacre, pause, hang, restart, newRun, clockJump
}

extension Simulation {
    private func period(_ strike: Strike) -> Double {
        let faults = configuration.faults
        return switch strike {
        case .disconnect: faults.disconnectEvery
        case .partition: faults.partitionEvery
        case .death: faults.deathEvery
        case .massacre: faults.massacreEvery
        case .pause: faults.pauseEvery
        case .hang: faults.hangEvery
        case .restart: faults.restartEvery
        case .newRun: faults.newRunEvery
        case .clockJump: faults.clockJumpEvery
        }
    }

    func plan(_ strike: Strike) {
        let seconds = period(strike)
        guard seconds > 0 else { return }
        agenda.add(.strike(strike), at: now + .seconds(seconds * Double.random(in: 0.1...2, using: &random)))
    }

    func perform(_ strike: Strike) {
        let victim = workers.indices.filter { workers[$0].isAlive }.randomElement(using: &random)
        switch strike {
        case .restart: return restartCoordinator()
        case .newRun: return beginNewRun()
        case .massacre: return workers.indices.forEach(kill)
        case .clockJump where random.chance(0.3): return jump(&coordinatorOffset)
        default: break
        }
        guard let victim else { return }
        switch strike {
        case .disconnect: workers[victim].epoch += 1
        case .death: kill(victim)
        case .pause: workers[victim].pausedUntil = now + delay(12)
        case .hang:
            workers[victim].isHanging = true
            // Somebody will have noticed by then.
            agenda.add(.kill(victim), at: now + .seconds(60))
        case .clockJump: jump(&workers[victim].clockOffset)
        case .partition:
            let until = now + delay(12)
            let direction = Int.random(in: 0..<3, using: &random)
            if direction != 0 { workers[victim].deafUntil = until }
            if direction != 1 { workers[victim].muteUntil = until }
        case .restart, .newRun, .massacre: break
        }
    }

    func kill(_ index: Int) {
        guard workers[index].isAlive else { return }
        workers[index].isAlive = false
        workers[index].epoch += 1
        agenda.add(.start, at: now + delay(8))
    }

    private func jump(_ offset: inout Nanoseconds) {
        let seconds = Double.random(in: -60...60, using: &random)
        if seconds < 0 { offset &-= .seconds(-seconds) } else { offset &+= .seconds(seconds) }
    }

    /// Another run, whose parameters are others, with the same configuration.
    private func beginNewRun() {
        // Workers of a run that is complete have ended for good.
        guard runNumber < Simulation.mostRuns, source.nextRound() != nil else { return }
        runNumber += 1
        checkpoint = SyntheticState(
            lengths: configuration.lengths, updateOrder: configuration.updateOrder, run: runNumber)
        restartCoordinator()
    }

    private func restartCoordinator() {
        source.begin(checkpoint)
        incarnation += 1
        for index in workers.indices { workers[index].epoch += 1 }
        coordinatorOffset = 0
        machine = Simulation.makeMachine(source, run: runNumber, incarnation: incarnation, now: now, configuration)
        tree = ReductionTree(shape: ReductionShape(shards: configuration.shards))
        answers = KeptAnswers()
        agenda.add(.coordinatorTick(incarnation: incarnation), at: now)
        coordinate(.begin(source.nextRound()))
    }
}
