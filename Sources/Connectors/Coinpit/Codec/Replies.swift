package import AccountSession
package import VenueSessions
package import WireText

/// What comes back: a value with status 200, a refusal with any other.
package enum CoinpitReplies {
    package static func value<Value: WireValue>(
        _ type: Value.Type, _ reply: HTTPReply
    ) throws(BadMessage) -> Result<Value, CoinpitRefusal> {
        guard reply.status == 200 else {
            return .failure(CoinpitRefusal(status: reply.status, reply.body))
        }
        return .success(try readJSON(type, reply.body))
    }
}

extension CoinpitRefusal {
    /// Whether a signature was refused for its time.
    package var isAboutTime: Bool {
        message.contains("Nonce")
    }

    package var inOurWords: Refusal {
        switch status {
        case 401 where isAboutTime: Refusal(.expired, description, cause: .clock)
        case 401, 403:
            Refusal(
                .account, description,
                advice: "check the private key, and that its account is registered at the venue",
                cause: .key)
        case 404, 410: Refusal(.unknownOrder, description)
        case 422 where message.lowercased().contains("margin"): Refusal(.funds, description)
        case 400, 405, 406, 422: Refusal(.incorrect, description)
        default: Refusal(.undocumented, description)
        }
    }
}
