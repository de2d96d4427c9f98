import VenueSessions

extension VenueProblem {
    /// Whether the call, the settings or the account are wrong, rather than the world.
    var isTheUsersToMend: Bool {
        switch cause {
        case .key, .permission, .clock, .instrument, .leverage: true
        case .unreachable, .tls, .maintenance, .refused, .other: false
        }
    }
}
