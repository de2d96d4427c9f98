internal import NIOCore
internal import NIOSSL
internal import VenueSessions

/// Which certificates are believed; read on first use, once.
final class Trust {
    private let file: String?
    private var outcome: Result<TLSConfiguration, TransportProblem>?
    private var madeContext: NIOSSLContext?

    init(file: String?) { self.file = file }

    /// TLS 1.2 or later, the chain and the host's name verified, HTTP/1.1 and nothing else.
    func configuration() throws(TransportProblem) -> TLSConfiguration {
        let outcome = self.outcome ?? read()
        self.outcome = outcome
        return try outcome.get()
    }

    /// The same, ready for sockets.
    func context() throws(TransportProblem) -> NIOSSLContext {
        if let madeContext { return madeContext }
        let configuration = try configuration()
        do {
            let context = try NIOSSLContext(configuration: configuration)
            madeContext = context
            return context
        } catch {
            throw TransportProblem(.tls, "the certificates cannot be used: \(error)")
        }
    }

    private func read() -> Result<TLSConfiguration, TransportProblem> {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        configuration.shutdownTimeout = .seconds(1)  // the peer's goodbye changes nothing for us
        guard let file else { return .success(configuration) }
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(file)
            guard !certificates.isEmpty else { return .failure(Self.unreadable(file)) }
            configuration.additionalTrustRoots = [.certificates(certificates)]
            return .success(configuration)
        } catch let error as IOError {
            return .failure(
                TransportProblem(.tls, "the certificate file \(file) cannot be read: \(error)"))
        } catch {
            return .failure(Self.unreadable(file))
        }
    }

    private static func unreadable(_ file: String) -> TransportProblem {
        TransportProblem(
            .tls,
            "the certificate file \(file) holds no certificates in PEM: is it there, is it"
                + " the right one?")
    }
}
