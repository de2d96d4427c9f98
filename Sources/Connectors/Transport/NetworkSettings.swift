public import NIOCore
public import VenueSessions

/// How sockets and requests reach a venue.
public struct NetworkSettings: Sendable {
    /// Scheme, host and port of requests, such as `https://api.coinex.com`; each call's path follows.
    public var requestBase: String
    /// The same for the venue's hosts beside ``RequestHost/main``.
    public var furtherBases: [RequestHost: String] = [:]
    /// A PEM file of certificates to trust besides the system's; nil: only the system's.
    public var certificateAuthorities: String?
    /// The proxies between us and the venue.
    public var proxies: Proxies
    /// How long each step may take.
    public var waits = Waits()

    public init(
        requestBase: String, certificateAuthorities: String? = nil, proxies: Proxies = Proxies()
    ) {
        self.requestBase = requestBase
        self.certificateAuthorities = certificateAuthorities
        self.proxies = proxies
    }

    /// The longest that the steps of a connection and of a request may take.
    public struct Waits: Sendable {
        /// A connection by TCP, and a proxy's answer: two lost first packets are sent again after one and three seconds.
        public var connect = TimeAmount.seconds(5)
        /// From opening a socket to its first message: connection, proxy, TLS, upgrade.
        public var open = TimeAmount.seconds(10)
        /// Silence within a reply: longer than a venue under load takes to answer an order.
        public var read = TimeAmount.seconds(10)
        /// A whole request: past this an order's status is better asked for than waited for.
        public var request = TimeAmount.seconds(15)

        public init() {}
    }

    /// Limits on what is held in memory for the other side, in bytes.
    package enum Limit {
        /// The longest message or reply, unpacked.
        ///
        /// All markets' states, the longest known, take less than a tenth of it. A longer one ends its socket or fails its request.
        package static let message = 16 << 20
        /// What may wait to be sent on a socket: thousands of orders that the venue has not read.
        ///
        /// More ends the socket, for what waits that long is too old to be acted on.
        package static let unsent = 1 << 20
        /// What is reported of a body or a reason that the other side sent with a refusal.
        package static let quoted = 200
    }
}
