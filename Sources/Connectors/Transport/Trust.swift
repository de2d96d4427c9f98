internal import Glibc
internal import TLS
internal import VenueSessions

/// Which certificates are believed; read on first use, once.
final class Trust {
    /// More than any list of authorities.
    private static let mostBytes = 16 << 20
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
        } catch {
            throw TransportProblem(.tls, "the certificates cannot be used: \(error)")
        }
    }

    private func text(of file: String) throws(TransportProblem) -> String {
        guard let stream = unsafe fopen(file, "rb") else {
            let reason = unsafe String(cString: strerror(errno)).lowercased()
            throw TransportProblem(.tls, "the certificate file \(file) cannot be read: \(reason)")
        }
        defer { unsafe fclose(stream) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < Self.mostBytes {
            let count = unsafe fread(&part, 1, part.count, stream)
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
