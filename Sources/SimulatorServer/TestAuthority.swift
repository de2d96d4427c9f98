internal import Cryptography
internal import Glibc
internal import TLS

/// A certificate authority of this user's own, for servers on loopback and nothing else.
///
/// It is made once and kept while it is valid, so that a client's settings can stay. It can vouch
/// for no name but `localhost`: who trusts it trusts no site. The servers' own certificates are
/// made anew at each start.
package struct TestAuthority {
    /// The certificate to hand to clients, PEM.
    package let certificateFile: String
    private let authority: CertificateIdentity
    /// Until when it is valid, in seconds since 1970.
    private let end: Int64

    private static let yearSeconds: Int64 = 365 * 86_400
    /// How long an authority must still be valid to be used again: no server should outlive it.
    private static let reserveSeconds: Int64 = 30 * 86_400
    /// Clocks of clients may be a little behind.
    private static let earlySeconds: Int64 = 3_600

    /// Takes the authority in a folder, or makes folder and authority where there is none.
    package init(folder: String) throws(IdentityFailure) {
        try Self.makeFolder(folder)
        let lock = try Self.lock(folder + "/.lock")
        defer { Glibc.close(lock) }
        certificateFile = folder + "/ca.pem"
        let store = folder + "/ca-key.pem"
        if let kept = Self.read(store) {
            (authority, end) = kept
        } else {
            do throws(CryptographyFailure) {
                (authority, end) = try Self.make()
            } catch {
                throw IdentityFailure(file: store, reason: "no test authority: \(error)")
            }
            try Self.write(authority.key + authority.certificate, to: store, mode: 0o600)
        }
        try Self.write(authority.certificate, to: certificateFile, mode: 0o644)
    }

    /// A new certificate for this computer's own names.
    package func identity() throws(IdentityFailure) -> ServerIdentity {
        let now = Self.now()
        do {
            let server = try CertificateIdentity(
                CertificateIdentity.Terms(
                    name: "localhost",
                    validity: now - Self.earlySeconds...min(now + Self.yearSeconds, end),
                    role: .server([
                        .domain("localhost"), .address("127.0.0.1"), .address("::1"),
                    ])), issuer: authority)
            return try ServerIdentity(chain: server.certificate, key: server.key)
        } catch {
            throw IdentityFailure(file: certificateFile, reason: "no certificate: \(error)")
        }
    }

    private static func make() throws(CryptographyFailure) -> (CertificateIdentity, Int64) {
        let now = now()
        let end = now + yearSeconds
        // Not for addresses: some clients' libraries know no such constraint.
        let authority = try CertificateIdentity(
            CertificateIdentity.Terms(
                name: "Moonrunner simulators' test authority",
                validity: now - earlySeconds...end, role: .authority(of: "localhost")),
            issuer: nil)
        return (authority, end)
    }

    /// What the system's clock says, in seconds since 1970.
    private static func now() -> Int64 { Int64(time(nil)) }

    // MARK: - Files

    /// An authority that is good for a while yet, and its end; nil: make a new one.
    private static func read(_ file: String) -> (CertificateIdentity, Int64)? {
        // Whatever is wrong with what is there, a new authority takes its place.
        guard let text = try? readPEM(file),
            let start = text.firstRange(of: "-----BEGIN CERTIFICATE-----")?.lowerBound
        else { return nil }
        let kept = CertificateIdentity(
            certificate: String(text[start...]), key: String(text[..<start]))
        guard let validity = try? kept.validity(), validity.lowerBound <= now(),
            validity.upperBound > now() + reserveSeconds
        else { return nil }
        return (kept, validity.upperBound)
    }

    private static func makeFolder(_ folder: String) throws(IdentityFailure) {
        var path = folder.hasPrefix("/") ? "/" : ""
        for part in folder.split(separator: "/") {
            path += (path.isEmpty || path.hasSuffix("/") ? "" : "/") + part
            guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw IdentityFailure(file: path, reason: systemReason())
            }
        }
        guard unsafe chmod(folder, 0o700) == 0 else {
            throw IdentityFailure(file: folder, reason: systemReason())
        }
    }

    /// Held until the descriptor is closed: two servers that start at once get one authority.
    private static func lock(_ file: String) throws(IdentityFailure) -> Int32 {
        let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
            throw IdentityFailure(file: file, reason: systemReason())
        }
        return descriptor
    }

    /// Puts a whole file in the place of the old one, never readable by more than `mode` says.
    private static func write(
        _ text: String, to file: String, mode: mode_t
    ) throws(IdentityFailure) {
        let draft = file + ".new"
        _ = unsafe unlink(draft)
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw IdentityFailure(file: draft, reason: systemReason()) }
        defer { Glibc.close(descriptor) }
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { raw in
            unsafe Glibc.write(descriptor, raw.baseAddress, raw.count)
        }
        guard count == bytes.count, unsafe rename(draft, file) == 0 else {
            throw IdentityFailure(file: file, reason: systemReason())
        }
    }

    private static func systemReason() -> String { unsafe String(cString: strerror(errno)) }
}
