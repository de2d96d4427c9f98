internal import TLS
internal import VenueSessions

/// Which certificates are believed; read on first use, once.
final class Trust {
    private let file: String?
    private var outcome: Result<TLSContext, TransportProblem>?

    init(file: String?) { self.file = file }

    /// TLS for sockets, believing the system's authorities and those of the file.
    func context() throws(TransportProblem) -> TLSContext {
        let outcome = self.outcome ?? Result { () throws(TransportProblem) in try read() }
        self.outcome = outcome
        return try outcome.get()
    }

    private func read() throws(TransportProblem) -> TLSContext {
        let authorities: String?
        if let file { authorities = try text(of: file) } else { authorities = nil }
        do {
            return try TLSContext(authorities: authorities)
        } catch .noCertificate {
            throw TransportProblem(
                .tls,
                "the certificate file \(file ?? "") holds no certificates in PEM: is it the right"
                    + " one?")
        } catch .brokenCertificate(let number) {
            throw TransportProblem(
                .tls,
                "certificate \(number) of the file \(file ?? "") cannot be read: is it whole?")
        } catch {
            throw TransportProblem(.tls, "the certificates cannot be used: \(error)")
        }
    }

    private func text(of file: String) throws(TransportProblem) -> String {
        do {
            return try readPEM(file)
        } catch {
            let reason = error.description.lowercased()
            throw TransportProblem(.tls, "the certificate file \(file) cannot be read: \(reason)")
        }
    }
}
