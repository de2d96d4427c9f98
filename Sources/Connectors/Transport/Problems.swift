internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import TLS
internal import TradingModel
internal import VenueSessions

/// Puts what a library threw into words about the connection that it happened to.
struct ProblemTeller {
    let endpoint: Endpoint
    let proxy: Proxies.Proxy?
    let waits: NetworkSettings.Waits

    func problem(_ error: any Error, now: Timestamp) -> TransportProblem {
        switch error {
        case let problem as TransportProblem: problem
        case let error as NIOConnectionError: connecting(error)
        case let failure as TLSFailure: secured(failure, now)
        case let refusal as ProxyRefusal: proxied(refusal)
        case let error as ChannelError: inChannel(error)
        case HTTPParserError.invalidEOFState: cut("before the reply was whole")
        case is HTTPParserError, is NIOHTTPDecoderError:
            TransportProblem(.other, "\(endpoint.place) does not speak HTTP")
        case let error as IOError: failed(error)
        default: TransportProblem(.other, "\(endpoint.place): \(error)")
        }
    }

    private func connecting(_ error: NIOConnectionError) -> TransportProblem {
        let isProxy = proxy.map { $0.host == error.host && $0.port == error.port } ?? false
        let who = isProxy ? "the proxy \(error.host)" : error.host
        if error.connectionErrors.isEmpty {
            return TransportProblem(isProxy ? .proxy : .dns, "\(who) has no address")
        }
        let place = "\(who) at port \(error.port)"
        let timedOut = error.connectionErrors.contains {
            if case ChannelError.connectTimeout = $0.error { true } else { false }
        }
        if timedOut {
            let text = "\(place) did not take the connection within \(spelled(waits.connect))"
            return TransportProblem(isProxy ? .proxy : .timeout, text)
        }
        let reasons = Set(error.connectionErrors.map { Self.reason($0.error) }).sorted()
        let text = "\(place): \(reasons.joined(separator: ", "))"
        return TransportProblem(isProxy ? .proxy : .refused, text)
    }

    private func failed(_ error: IOError) -> TransportProblem {
        guard error.errnoCode == ECONNREFUSED else { return cut("\(error)") }
        if let proxy {
            return TransportProblem(.proxy, "the proxy \(proxy) cannot be connected to")
        }
        let text = "\(endpoint.host) at port \(endpoint.port): \(Self.reason(error))"
        return TransportProblem(.refused, text)
    }

    /// The system's own words for what failed, without the library's around them.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return unsafe String(cString: strerror(error.errnoCode)).lowercased()
    }

    /// Only a handshake that failed is a problem of TLS: after it, orders may be on their way.
    private func secured(_ failure: TLSFailure, _ now: Timestamp) -> TransportProblem {
        switch failure {
        case .distrust(let doubt):
            return TransportProblem(.tls, distrust(doubt, at: now))
        case .handshake(let reason):
            // What a server says that speaks no TLS there.
            let words = ["wrong version number", "EOF", "packet length too long"]
            let hint =
                words.contains { reason.contains($0) } ? "is this the port for TLS?" : reason
            return TransportProblem(.tls, "\(endpoint.place) ended the TLS handshake: \(hint)")
        case .broken(let reason): return cut(reason)
        case .cut: return cut("the connection was cut")
        }
    }

    /// Why a certificate is not believed.
    private func distrust(_ doubt: TLSFailure.Doubt, at now: Timestamp) -> String {
        let host = endpoint.host
        let seconds = now.nanoseconds / 1_000_000_000
        let day: Int64 = 86_400
        switch doubt {
        case .expired(let end):
            return "the certificate of \(host) expired \((seconds - end) / day) days ago by this"
                + " machine's clock: set the clock right, or wait until the venue has a new one"
        case .early(let start):
            return "the certificate of \(host) is valid in \((start - seconds) / day) days only by"
                + " this machine's clock: set the clock right"
        case .otherName:
            return "the certificate is for another host name than \(host): check the address; if it"
                + " is right, someone stands between"
        case .unknownAuthority:
            return "the certificate of \(host) is signed by an unknown authority: someone may stand"
                + " between; only if you know who, add their authority's certificate to the"
                + " settings"
        }
    }

    private func proxied(_ refusal: ProxyRefusal) -> TransportProblem {
        let who = "the proxy \(proxy.map(\.description) ?? "")"
        let text =
            switch refusal {
            case .unknownUser: "\(who) wants another user and password"
            case .silent: "\(who) did not answer within \(spelled(waits.connect))"
            case .cut: "\(who) cut the connection"
            case .refused: "\(who) does not connect us to \(endpoint.place)"
            }
        return TransportProblem(.proxy, text)
    }

    private func inChannel(_ error: ChannelError) -> TransportProblem {
        switch error {
        case .connectTimeout:
            TransportProblem(
                proxy == nil ? .timeout : .proxy,
                "\(proxy.map { "the proxy \($0)" } ?? endpoint.place) did not take the connection"
                    + " within \(spelled(waits.connect))")
        default: cut("\(error)")
        }
    }

    func cut(_ reason: String) -> TransportProblem {
        TransportProblem(.reset, "\(endpoint.place): \(reason)")
    }

    func spelled(_ wait: TimeAmount) -> String {
        let milliseconds = wait.nanoseconds / 1_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}

/// A cut of what the other side sent, safe to print: control characters become blanks.
func quoted(_ bytes: some Sequence<UInt8>) -> String {
    let cut = bytes.prefix(NetworkSettings.Limit.quoted).map { $0 < 32 || $0 == 127 ? 32 : $0 }
    return String(decoding: cut, as: UTF8.self)
}
