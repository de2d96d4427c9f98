internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import TLS
internal import VenueSessions

/// Connects to endpoints: by TCP, through a proxy where there is one, with TLS where it is wanted.
final class Dialer {
    let settings: NetworkSettings
    let trust: Trust
    private let loop: any EventLoop

    init(_ settings: NetworkSettings, on loop: any EventLoop) {
        self.settings = settings
        self.loop = loop
        trust = Trust(file: settings.certificateAuthorities)
    }

    /// A channel whose TLS handshake, if any, has begun: its end shows in the channel's pipeline.
    func connect(to endpoint: Endpoint) -> EventLoopFuture<any Channel> {
        let proxy = settings.proxies.proxy(for: endpoint)
        do {
            let secured = try endpoint.isSecure ? tls(for: endpoint, isProxied: proxy != nil) : nil
            let channel = connect(
                host: proxy?.host ?? endpoint.host, port: proxy?.port ?? endpoint.port)
            let reached = proxy.map { tunnel(channel, to: endpoint, through: $0) } ?? channel
            return reached.assumeIsolated().flatMapThrowing { channel in
                if let secured { try channel.pipeline.syncOperations.addHandler(secured) }
                return channel
            }.nonisolated()
        } catch {
            return loop.makeFailedFuture(error)
        }
    }

    /// An address is verified against where the connection goes, which would be the proxy.
    func refuseUnverifiable(_ endpoint: Endpoint, isProxied: Bool) throws(TransportProblem) {
        guard isProxied, endpoint.isSecure, endpoint.isAddress else { return }
        throw TransportProblem(
            .proxy,
            "\(endpoint.host) is an address, which cannot be verified through a proxy: use its"
                + " name, or name it in NO_PROXY")
    }

    /// The handler that verifies the endpoint's certificate.
    private func tls(
        for endpoint: Endpoint, isProxied: Bool
    ) throws(TransportProblem) -> TLSHandler {
        try refuseUnverifiable(endpoint, isProxied: isProxied)
        let context = try trust.context()
        do {
            return try TLSHandler(
                context, host: endpoint.isAddress ? .address(endpoint.host) : .name(endpoint.host))
        } catch {
            throw TransportProblem(.tls, "\(endpoint.host) cannot be verified: \(error)")
        }
    }

    private func connect(host: String, port: Int) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: loop)
            .connectTimeout(settings.waits.connect)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connect(host: host, port: port)
    }

    /// Asks the proxy behind `channel` for a connection to the endpoint.
    private func tunnel(
        _ channel: EventLoopFuture<any Channel>, to endpoint: Endpoint, through proxy: Proxies.Proxy
    ) -> EventLoopFuture<any Channel> {
        var headers = HTTPHeaders([("host", endpoint.place)])
        if let authorization = proxy.authorization {
            headers.add(name: "proxy-authorization", value: authorization)
        }
        let deadline = NIODeadline.now() + settings.waits.connect
        let stood = loop.makePromise(of: Void.self)
        channel.assumeIsolated().whenFailure { stood.fail($0) }
        return channel.assumeIsolated().flatMap { channel in
            let encoder = HTTPRequestEncoder()
            let decoder = ByteToMessageHandler(
                HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
            let host = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
            let request = ProxyTunnel(
                to: "\(host):\(endpoint.port)", headers: headers, deadline: deadline, stood: stood)
            let pipeline = channel.pipeline.syncOperations
            do {
                try pipeline.addHandlers(encoder, decoder, request)
            } catch {
                stood.fail(error)
            }
            stood.futureResult.whenFailure { _ in channel.close(promise: nil) }
            return stood.futureResult.assumeIsolated().flatMap {
                pipeline.removeHandler(request)
            }.flatMap {
                pipeline.removeHandler(decoder)
            }.flatMap {
                pipeline.removeHandler(encoder)
            }.map { channel }.nonisolated()
        }.nonisolated()
    }
}

extension Proxies.Proxy {
    /// The header that says who we are.
    var authorization: String? {
        credentials.map { "Basic " + base64(Array("\($0.user):\($0.password)".utf8)) }
    }
}

/// Source: RFC 4648, section 4.
private func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = (0..<3).reduce(UInt32(0)) { bits, place in
            bits << 8 | (place < group.count ? UInt32(group[start + place]) : 0)
        }
        for place in 0..<4 {
            let digit = digits[Int(bits >> (18 - 6 * UInt32(place)) & 63)]
            text.append(place <= group.count ? digit : UInt8(ascii: "="))
        }
    }
    return String(decoding: text, as: UTF8.self)
}
