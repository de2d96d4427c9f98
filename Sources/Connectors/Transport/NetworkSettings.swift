internal import NIOCore

/// How sockets and requests reach a venue.
public struct NetworkSettings: Sendable {
    /// Scheme, host and port of requests, such as `https://api.coinex.com`; each call's path follows.
    public var requestBase: String
    /// A PEM file of certificates to trust besides the system's; nil: only the system's.
    public var certificateAuthorities: String?

    public init(requestBase: String, certificateAuthorities: String? = nil) {
        self.requestBase = requestBase
        self.certificateAuthorities = certificateAuthorities
    }
}
