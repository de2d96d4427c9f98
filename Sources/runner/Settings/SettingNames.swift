import VenueSessions

/// What may stand below a part of the tree of settings.
struct SettingNames {
    private let path: [String]
    /// Nil: any name may, of the kind that ``example`` shows.
    private let names: [String]?
    let example: String

    private static let sections = [
        "journal", "paper", "reconciliation", "recording", "reload", "risk", "script", "venues",
    ]

    /// - Returns: nil where a value stands, and nothing below it.
    init?(below path: [String]) {
        self.path = path
        let last: String
        switch (path.first, path.count) {
        case (nil, _): (names, last) = (Self.sections, "paper")
        case ("paper", 1): (names, last) = (Settings.paperKeys, "leverage")
        case ("paper", 2) where path[1] == "balances": (names, last) = (nil, "USDT")
        case ("paper", 2) where path[1] == "fees": (names, last) = (["maker", "taker"], "maker")
        case ("paper", 2) where path[1] == "latency":
            (names, last) = (["feed", "entry", "response"], "entry")
        case ("risk", 1):
            (names, last) = (Settings.riskKeys + ["symbols", "venues"], "max_position")
        case ("risk", 2) where path[1] == "venues":
            (names, last) = (Venue.all.map(\.name), "\(Venue.all[0].name).max_open_orders")
        case ("risk", 3) where path[1] == "venues":
            (names, last) = (Settings.venueRiskKeys, "max_open_orders")
        case ("risk", 2) where path[1] == "symbols":
            (names, last) = (nil, "\"sim:BTC/USDT\".max_position")
        case ("risk", 3) where path[1] == "symbols":
            (names, last) = (Settings.symbolRiskKeys, "max_position")
        case ("script", 1): (names, last) = (Settings.scriptKeys, "memory")
        case ("reload", 1): (names, last) = (Settings.reloadKeys, "window")
        case ("reconciliation", 1): (names, last) = (Settings.reconciliationKeys, "period")
        case ("journal", 1): (names, last) = (Settings.journalKeys, "size")
        case ("recording", 1): (names, last) = (Settings.recordingKeys, "size")
        case ("venues", 1):
            (names, last) = (Venue.all.map(\.name), "\(Venue.all[0].name).base_url")
        case ("venues", 2): (names, last) = (VenueSettings.names, "base_url")
        default: return nil
        }
        example = (path + [last]).joined(separator: ".")
    }

    func has(_ name: String) -> Bool { names?.contains(name) ?? true }

    func unknown(_ name: String, of whole: String) -> String {
        let names = names ?? []
        let text = "there is no setting `\(whole)`"
        if let near = nearestName(to: name, among: names) {
            return text + "; did you mean `\((path + [near]).joined(separator: "."))`?"
        }
        return text + "; here are: \(names.joined(separator: ", "))"
    }
}
