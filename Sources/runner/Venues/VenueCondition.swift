import Transport
import VenueSessions

/// A venue with its answers.
struct VenueCondition {
    /// How it stands with the key in the environment.
    enum Key {
        case none
        /// It cannot be tried: the environment is wrong.
        case unusable(reason: String)
        case tried(VenueReport.Key)
    }

    let venue: Venue
    let address: String
    let network: NetworkSettings
    let probe: any VenueProbe
    private(set) var report = VenueReport()
    private(set) var key: Key

    init(venue: Venue, address: String, network: NetworkSettings) {
        self.venue = venue
        self.address = address
        self.network = network
        do throws(RunFailure) {
            let keys = try VenueKeys.read(of: venue)
            probe = venue.makeProbe(keys)
            key = keys == nil ? .none : .tried(.untried)
        } catch {
            probe = venue.makeProbe(nil)
            key = .unusable(reason: error.message)
        }
    }

    /// Whether it does not answer, or does not take the key that there is.
    var hasFailed: Bool {
        switch key {
        case .unusable, .tried(.refused), .tried(.untried): true
        case .none, .tried(.works): report.roundTrip == nil
        }
    }

    /// Applies what the probe learned in the time that it had.
    mutating func conclude(seconds: Int64) {
        report = probe.report
        if !report.isDone, report.problem == nil {
            report.problem = VenueProblem(
                "no answer within \(seconds) s",
                whatToDo:
                    "check the network, the proxy (HTTPS_PROXY) and the venue's address in the settings",
                cause: .unreachable)
        }
        if case .tried = key { key = .tried(report.key) }
    }
}
