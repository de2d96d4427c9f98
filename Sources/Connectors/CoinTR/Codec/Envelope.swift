package import PlainJSON
internal import TradingModel
internal import WireText

/// A venue's refusal.
package struct CoinTRRefusal: Error, Hashable, CustomStringConvertible {
    /// As text: the venue sends numbers and texts.
    package let code: String
    /// Often empty.
    package let message: String
    /// The client id of the order that it is about, where that is said.
    package let clientID: String?

    package init(code: String, message: String, clientID: String? = nil) {
        self.code = code
        self.message = message
        self.clientID = clientID
    }

    package var description: String {
        message.isEmpty ? "code \(code)" : "\(message) (code \(code))"
    }
}

/// What a reply over HTTP says: the payload, or the venue's refusal.
package typealias Reply<Payload> = Result<Payload, CoinTRRefusal>

/// A list, and what the next page is asked for with.
package struct Page<Element> {
    package let elements: [Element]
    /// Nil: it is the last.
    package let next: String?
}

/// What every reply over HTTP is wrapped in; `code` is 0, as number or as text, where it is none of a
/// refusal.
struct Envelope<Payload: WireValue>: WireValue {
    let result: Reply<Payload>
    let next: String?

    init(reading json: JSON) throws {
        let fields = try Fields(json)
        let code = try fields.need("code")
        next = try fields.text("next")
        guard code == "0" else {
            result = .failure(
                CoinTRRefusal(
                    code: code, message: (try? fields.text("msg", "message")) ?? "",
                    clientID: try? fields.decode(Mentioned.self, "data").clientID))
            return
        }
        // What has nothing to say has no data.
        result = .success(
            fields.has("data")
                ? try fields.decode(Payload.self, "data") : try Payload(reading: .null))
    }
}

/// What a refusal of an order says of it.
private struct Mentioned: WireValue {
    let clientID: String?
    init(reading json: JSON) throws { clientID = try Fields(json).text("clordid") }
}

/// A payload of which nothing is wanted.
package struct NoPayload: WireValue, Hashable {
    package init(reading json: JSON) throws {}
}

/// A list; one object may stand for a list of one.
struct List<Element: WireValue>: WireValue {
    let elements: [Element]
    init(reading json: JSON) throws {
        if case .object(let members) = json, !members.isEmpty {
            elements = [try Element(reading: json)]
        } else {
            elements = try listed(json).map { try Element(reading: $0) }
        }
    }
}
