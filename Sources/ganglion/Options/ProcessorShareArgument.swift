import ArgumentParser
import Distributed

extension ProcessorShare: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }

    package var defaultValueDescription: String { "\(index + 1)/\(count)" }
}
