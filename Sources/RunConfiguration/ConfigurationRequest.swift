/// What a command asks a configuration to be: a file, and keys that take precedence over it.
package struct ConfigurationRequest {
    package var file: String?
    /// In order of increasing precedence.
    package var overrides: [ConfigurationOverride]

    package init(file: String? = nil, overrides: [ConfigurationOverride] = []) {
        self.file = file
        self.overrides = overrides
    }

    package func resolve() throws -> Configuration {
        try Configuration.resolve(file: file, overrides: overrides)
    }
}
