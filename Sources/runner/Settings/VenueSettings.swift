/// How a venue is reached, and what is set there before trading.
struct VenueSettings: Equatable {
    enum Margin: String, CaseIterable {
        case cross
        case isolated
    }

    /// Where requests go, such as `https://api.coinex.com`; nil: the venue's own address.
    var baseURL: String?
    /// Where sockets are; nil: at the base address where one is set, else the venue's own.
    var socketURL: String?
    /// A PEM file with certificates to trust besides the system's.
    var caFile: String?
    /// Of the perpetuals that are traded; nil: as the account has it.
    var leverage: Int?
    var margin: Margin?

    static let names = ["base_url", "socket_url", "ca_file", "leverage", "margin"]
    /// What people look for here, and is elsewhere for a reason.
    static let secretNames = ["key", "secret", "api_key", "api_secret", "passphrase", "token"]

    /// The port-less start of an address that can be one; nil: it cannot.
    static func isAddress(_ text: String, schemes: [String]) -> Bool {
        for scheme in schemes where text.hasPrefix(scheme + "://") {
            let rest = text.dropFirst(scheme.count + 3)
            let host = rest.prefix { $0 != "/" }
            return !host.isEmpty && !host.contains("@") && !text.contains(where: \.isWhitespace)
        }
        return false
    }
}
