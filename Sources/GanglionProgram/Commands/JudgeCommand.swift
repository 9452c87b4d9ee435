import ArgumentParser
import UserErrors

struct JudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Trains and shows the small classifiers that 'evaluate' measures samples with.",
        discussion: """
            A judge finds the class of a data set's images. What it computes before its last
            layer, 128 features, is the space in which '\(ProgramName.current) evaluate' compares samples
            with real images. MNIST's judge is compiled in; 'evaluate' trains others when it
            needs them. To make one beforehand, or another one:

              \(ProgramName.current) judge train --data cifar10:data/cifar10
              \(ProgramName.current) judge train --data images:photos --size 64

            What a judge was trained on, and how good it is:

              \(ProgramName.current) judge show --data mnist:data/mnist
              \(ProgramName.current) judge show FILE
            """,
        subcommands: [JudgeTrainCommand.self, JudgeShowCommand.self])
}
