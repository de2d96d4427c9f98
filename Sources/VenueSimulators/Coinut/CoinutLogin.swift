internal import Cryptography
internal import PlainJSON
internal import TradingModel

/// Who has logged in, and for how long that may be taken up again.
struct CoinutSessions {
    /// How long a session lives on behind its connection: one hour, in nanoseconds.
    private static let afterlife: Int64 = 3_600_000_000_000

    private var sessions: [String: (user: String, endsAt: Timestamp)] = [:]

    mutating func begin(_ id: String, user: String) { sessions[id] = (user, .distantFuture) }

    /// Its connection is gone: its last hour begins.
    mutating func drop(_ id: String, at time: Timestamp) {
        sessions[id]?.endsAt = time.advanced(byNanoseconds: Self.afterlife)
        sessions = sessions.filter { $0.value.endsAt >= time }
    }

    func isGood(_ id: String, user: String, at time: Timestamp) -> Bool {
        sessions[id].map { $0.user == user && time <= $0.endsAt } ?? false
    }

    /// The key is a text as it stands, with its hyphens.
    static func signature(of bytes: [UInt8], key: String) -> String {
        hexadecimal(HMACSHA256Key(Array(key.utf8)).code(of: bytes))
    }
}

extension CoinutSimulator {
    /// How far a login's time may be off, in seconds; the documentation says "reasonably correct".
    private static let tolerance: UInt64 = 60

    /// By session, by the API key's signature, or by password.
    static func login(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        guard let connection = call.connection else { throw .invalid("request") }
        let user = try call.parameters.needed("username")
        guard let account = venue.exchange.account(user), !account.settings.isBarred,
            try venue.knows(account, call)
        else { throw .badLogin }
        let session = connection.sessionID ?? venue.newSessionID()
        venue.sessions.begin(session, user: user)
        connection.account = account
        connection.sessionID = session
        return .messages([
            call.reply([
                "api_key": .text(account.settings.secret), "country": "NA",
                "email": .text("\(user)@simulator.invalid"), "failed_times": 0, "lang": "en_US",
                "otp_enabled": .bool(venue.settings.passwords[user]?.otp != nil),
                "products_enabled": ["SPOT"], "session_id": .text(session), "timezone": "UTC",
                "unverified_email": "", "username": .text(user),
            ])
        ])
    }

    private func knows(
        _ account: ExchangeAccount, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> Bool {
        let parameters = call.parameters
        let user = account.settings.key
        if let session = try parameters.text("session_id") {
            return sessions.isGood(session, user: user, at: now)
        }
        if let signature = try parameters.text("hmac_sha256") {
            let time = try parameters.neededInteger("timestamp")
            let signed = Array("\(user)|\(time)|\(call.nonce)".utf8)
            let (distance, overflow) = (now.nanoseconds / 1_000_000_000)
                .subtractingReportingOverflow(time)
            return !overflow && distance.magnitude <= Self.tolerance
                && signature
                    == CoinutSessions.signature(of: signed, key: account.settings.secret)
        }
        let wanted =
            settings.passwords[user] ?? CoinutSimulatorSettings.Password(account.settings.secret)
        guard try parameters.needed("password") == wanted.text else { return false }
        guard let otp = wanted.otp else { return true }
        return try parameters.text("otp") == otp
    }

    /// Hexadecimal digits in groups, as the venue's own.
    private func newSessionID() -> String {
        [8, 4, 4, 4, 12].map { count in
            String((0..<count).map { _ in Array("0123456789abcdef")[Int(draw() * 16)] })
        }.joined(separator: "-")
    }
}
