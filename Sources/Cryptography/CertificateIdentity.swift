private import CCrypto

/// A P-256 key and its certificate, both in PEM, for servers on this computer.
///
/// It never prints.
public struct CertificateIdentity: Sendable, CustomStringConvertible, CustomReflectable {
    public let certificate: String
    public let key: String

    /// What a certificate says.
    public struct Terms: Sendable {
        /// Who it is of: the subject's common name.
        public var name: String
        /// From when to when it is valid, in seconds since 1970.
        public var validity: ClosedRange<Int64>
        public var role: Role

        public init(name: String, validity: ClosedRange<Int64>, role: Role) {
            self.name = name
            self.validity = validity
            self.role = role
        }
    }

    public enum Role: Sendable {
        /// Vouches for others: for servers of one name and those below it, or for any.
        case authority(of: String?)
        /// A server by these names.
        case server([Name])
    }

    public enum Name: Sendable {
        case domain(String)
        case address(String)

        fileprivate var text: String {
            switch self {
            case .domain(let name): "DNS:\(name)"
            case .address(let address): "IP:\(address)"
            }
        }
    }

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// A new key with its certificate.
    ///
    /// - Parameter issuer: the authority that signs it; nil: its own key does.
    public init(_ terms: Terms, issuer: CertificateIdentity?) throws(CryptographyFailure) {
        var made = unsafe crypto_identity()
        defer { unsafe crypto_identity_free(&made) }
        let names: String?
        let constraint: String?
        switch terms.role {
        case .authority(let name): (names, constraint) = (nil, name)
        case .server(let given):
            (names, constraint) = (given.map(\.text).joined(separator: ","), nil)
        }
        try attempt { reason in
            withText(terms.name) { name in
                withText(constraint) { constraint in
                    withText(names) { names in
                        var wire = unsafe crypto_certificate_terms(
                            name: name, starts: terms.validity.lowerBound,
                            ends: terms.validity.upperBound, is_authority: names == nil,
                            constraint: constraint, names: names)
                        guard let issuer else {
                            return unsafe crypto_identity_make(&wire, nil, &made, reason)
                        }
                        return issuer.withWire {
                            unsafe crypto_identity_make(&wire, $0, &made, reason)
                        }
                    }
                }
            }
        }
        unsafe certificate = String(cString: made.certificate)
        unsafe key = String(cString: made.key)
    }

    public var description: String { "a certificate with its key" }
    public var customMirror: Mirror { Mirror(reflecting: description) }

    /// From when to when the certificate is valid, in seconds since 1970.
    ///
    /// - Throws: where it cannot be read, or is not of this key.
    public func validity() throws(CryptographyFailure) -> ClosedRange<Int64> {
        var starts: Int64 = 0
        var ends: Int64 = 0
        try attempt { reason in
            withWire { unsafe crypto_identity_read($0, &starts, &ends, reason) }
        }
        guard starts <= ends else {
            throw CryptographyFailure(description: "a certificate that ends before it begins")
        }
        return starts...ends
    }

    @safe
    private func withWire<Result>(
        _ body: (UnsafePointer<crypto_identity>) -> Result
    ) -> Result {
        unsafe certificate.withCString { certificate in
            unsafe key.withCString { key in
                var wire = unsafe crypto_identity(
                    certificate: UnsafeMutablePointer(mutating: certificate),
                    key: UnsafeMutablePointer(mutating: key))
                return unsafe body(&wire)
            }
        }
    }
}

@safe
private func withText<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return unsafe text.withCString { unsafe body($0) }
}
