/// The proxies that the environment asks for, and the hosts that need none.
public struct Proxies: Hashable, Sendable {
    /// A proxy that connects us by the method CONNECT.
    package struct Proxy: Hashable, Sendable, CustomStringConvertible {
        package let host: String
        package let port: Int
        package let credentials: Credentials?
        package var description: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
    }

    /// Who we are to the proxy; never shown.
    package struct Credentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
        package let user: String
        package let password: String
        package var description: String { "•••" }
        package var customMirror: Mirror { Mirror(self, children: [:]) }
    }

    private var secure: Proxy?
    private var plain: Proxy?
    private var exceptions: [String] = []

    /// No proxy.
    public init() {}

    /// Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in small letters first.
    ///
    /// - Throws: ``InvalidProxy`` when a proxy's address is none that can be used.
    public init(environment: [String: String]) throws(InvalidProxy) {
        secure = try Self.proxy("HTTPS_PROXY", in: environment)
        plain = try Self.proxy("HTTP_PROXY", in: environment)
        exceptions =
            Self.value("NO_PROXY", in: environment)?.value
            .split { $0 == "," || $0.isWhitespace }.map { $0.lowercased() } ?? []
    }

    private static func value(
        _ name: String, in environment: [String: String]
    ) -> (name: String, value: String)? {
        for spelling in [name.lowercased(), name] {
            if let value = environment[spelling], !value.isEmpty { return (spelling, value) }
        }
        return nil
    }

    private static func proxy(
        _ name: String, in environment: [String: String]
    ) throws(InvalidProxy) -> Proxy? {
        guard let (variable, value) = value(name, in: environment) else { return nil }
        var rest = value[...]
        if let schemeEnd = rest.firstRange(of: "://") {
            guard rest[..<schemeEnd.lowerBound].lowercased() == "http" else {
                throw InvalidProxy(
                    variable: variable, reason: "only proxies of http:// can be used")
            }
            rest = rest[schemeEnd.upperBound...]
        }
        var credentials: Credentials?
        if let at = rest.lastIndex(of: "@") {
            credentials = Credentials(rest[..<at])
            guard credentials != nil else {
                throw InvalidProxy(
                    variable: variable, reason: "its user and password are not percent-encoded")
            }
            rest = rest[rest.index(after: at)...]
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let place = HostAndPort(rest, defaultPort: 80) else {
            throw InvalidProxy(
                variable: variable, reason: "expected http://user:password@host:port")
        }
        return Proxy(host: place.host, port: place.port, credentials: credentials)
    }

    /// The proxy that stands before the endpoint; nil: none does.
    ///
    /// This machine is always reached directly: a proxy has a loopback of its own.
    package func proxy(for endpoint: Endpoint) -> Proxy? {
        guard !endpoint.isLoopback, !exceptions.contains(where: { Self.covers($0, endpoint) })
        else { return nil }
        return endpoint.isSecure ? secure : plain
    }

    /// Whether an entry of `NO_PROXY` names the endpoint: `*`, a host and all below it, a suffix
    /// with its dot, each with or without a port.
    private static func covers(_ entry: String, _ endpoint: Endpoint) -> Bool {
        if entry == "*" || entry == endpoint.host { return true }
        var name = entry[...]
        if let place = HostAndPort(name, defaultPort: endpoint.port) {
            guard place.port == endpoint.port else { return false }
            name = place.host[...]
        }
        if name.hasPrefix("*") { name = name.dropFirst() }
        if name.hasPrefix(".") { name = name.dropFirst() }
        guard !name.isEmpty else { return false }
        return endpoint.host == name
            || (endpoint.host.hasSuffix("." + name) && !endpoint.isAddress)
    }
}

extension Proxies.Credentials {
    /// Reads `user:password`, each percent-encoded; nil when an escape is broken.
    fileprivate init?(_ text: Substring) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = Self.decoded(parts[0]),
            let password = Self.decoded(parts.count > 1 ? parts[1] : "")
        else { return nil }
        self.init(user: user, password: password)
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// A proxy setting of the environment that cannot be used; the value is not shown, for it may hold
/// a password.
public struct InvalidProxy: Error, Hashable, CustomStringConvertible {
    public let variable: String
    public let reason: String
    public var description: String {
        "`\(variable)` names no proxy that can be used: \(reason). Change it, or unset it."
    }
}
