import ArgumentParser

/// The flags of commands that reach a venue and trade nothing.
struct VenueFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The settings file (default: runner.yaml, if it is here).", valueName: "file"))
    var settings: String?

    @Option(
        name: .customLong("base-url"),
        help: ArgumentHelp("Where the venue is, such as a simulator's address.", valueName: "url"))
    var baseURL: String?

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp(
            "Certificates (PEM) to trust besides the system's.", valueName: "file"))
    var caFile: String?

    /// Whether a flag speaks of one venue.
    var namesAddress: Bool { baseURL != nil || caFile != nil }

    /// All settings of this call, checked.
    func resolve() throws -> Settings {
        do {
            return try Settings(SettingLayers.file(settings) + SettingLayers.environment())
        } catch {
            throw RunFailure(.usage, error.description)
        }
    }

    func venueSettings(of venue: Venue, in settings: Settings) throws -> VenueSettings {
        try SettingFlags.venueSettings(
            of: venue, in: settings, baseURL: baseURL, caFile: caFile)
    }
}
