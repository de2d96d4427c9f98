internal import NIOCore
package import VenueSessions

/// Where a socket or a request goes, taken apart; the path stays byte for byte as it was given.
package struct Endpoint: Hashable, Sendable {
    package let isSecure: Bool
    /// A name or an IP address, without the brackets of IPv6.
    package let host: String
    package let port: Int
    /// With the query, from the root.
    package let path: String
    /// As the header `Host` wants it: without the port where that is the scheme's own.
    let hostHeader: String

    /// - Throws: ``TransportProblem`` of kind other, when the text is no such address, or one where
    ///   keys would go in clear over a network.
    package init(_ text: String) throws(TransportProblem) {
        guard let schemeEnd = text.firstRange(of: "://") else { throw Self.malformed }
        switch text[..<schemeEnd.lowerBound].lowercased() {
        case "wss", "https": isSecure = true
        case "ws", "http": isSecure = false
        default: throw Self.malformed
        }
        let rest = text[schemeEnd.upperBound...]
        let authorityEnd = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        guard
            let place = HostAndPort(rest[..<authorityEnd], defaultPort: isSecure ? 443 : 80)
        else { throw Self.malformed }
        host = place.host
        port = place.port
        let name = host.contains(":") ? "[\(host)]" : host
        hostHeader = port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
        let target = rest[authorityEnd...]
        path = target.hasPrefix("/") ? String(target) : "/" + target
        guard Self.canBeSent(path) else { throw Self.malformed }
        guard isSecure || isLoopback else {
            throw TransportProblem(
                .other,
                "\(host) is another machine, and without TLS keys would go there in clear:"
                    + " use https:// and wss://")
        }
    }

    private static var malformed: TransportProblem {
        TransportProblem(
            .other, "it is not an address: expected https:// or wss://, a host, and a path")
    }

    /// Whether these bytes may stand in a request line, where all clients would leave them alone.
    static func canBeSent(_ path: String) -> Bool {
        let bytes = path.utf8.span
        guard !bytes.isEmpty, bytes[0] == UInt8(ascii: "/") else { return false }
        return bytes.indices.allSatisfy { at in
            switch bytes[at] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                // One by one they are - . _ ~ ! $ & ' ( ) * + , ; = : @ / ?
                UInt8(ascii: "-")...UInt8(ascii: ";"), UInt8(ascii: "&")...UInt8(ascii: ","),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "$"),
                UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "@"):
                true
            case UInt8(ascii: "%"):
                at + 2 < bytes.count && isHexadecimal(bytes[at + 1])
                    && isHexadecimal(bytes[at + 2])
            default: false
            }
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    /// Whether the host is this machine, which no network and no proxy stands before.
    var isLoopback: Bool {
        host == "localhost" || host == "::1" || (isAddress && host.hasPrefix("127."))
    }

    /// Whether the host is an IP address.
    var isAddress: Bool { (try? SocketAddress(ipAddress: host, port: port)) != nil }

    /// `host:port`, for messages.
    var place: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}

/// The part of an address between the scheme and the path.
struct HostAndPort: Hashable, Sendable {
    let host: String
    let port: Int

    /// Nil when it is none: no host, a user, a port that is none.
    init?(_ text: Substring, defaultPort: Int?) {
        var name = text
        var port = defaultPort
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            if !rest.isEmpty { port = Int(rest.dropFirst()) }
            guard name.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else {
            if let colon = text.firstIndex(of: ":") {
                name = text[..<colon]
                port = Int(text[text.index(after: colon)...])
            }
            let isName = name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            guard isName else { return nil }
        }
        guard !name.isEmpty, let port, 1...65535 ~= port else { return nil }
        host = name.lowercased()
        self.port = port
    }
}
