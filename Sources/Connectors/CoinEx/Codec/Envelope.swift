package import PlainJSON
internal import TradingModel
internal import WireText

/// A venue's refusal: its code is what counts, its text is for people.
package struct VenueRefusal: Error, Hashable, CustomStringConvertible {
    package let code: Int
    package let message: String
    package init(code: Int, message: String) {
        self.code = code
        self.message = message
    }
    package var description: String { "\(trimmed(message)) (code \(code))" }
}

/// The pages of a list.
package struct Pagination: Hashable {
    package let hasNext: Bool
}

/// What every reply over HTTP is wrapped in: `{"code": 0, "data": …, "message": "OK"}`.
///
/// `data` is only looked at when the code is 0: errors carry an empty object or `null` even where
/// success would be a list.
struct Envelope<Payload: WireValue>: WireValue {
    let result: Result<Payload, VenueRefusal>
    let pagination: Pagination?

    init(reading json: JSON) throws {
        let fields = try Fields(json)
        let code = try fields.needInt("code")
        let pages = try? fields.decode(Pages.self, "pagination")
        pagination = pages.map { Pagination(hasNext: $0.hasNext) }
        guard code == 0 else {
            let message = (try? fields.text("message")) ?? ""
            result = .failure(VenueRefusal(code: Int(code), message: message))
            return
        }
        result = .success(try fields.decode(Payload.self, "data"))
    }
}

private struct Pages: WireValue {
    let hasNext: Bool
    init(reading json: JSON) throws {
        hasNext = try Fields(json).flag("has_next") ?? false
    }
}

/// A payload of which nothing is wanted.
package struct NoPayload: WireValue, Hashable {
    package init(reading json: JSON) throws {}
}

/// A list; `null` and an empty object stand for an empty one.
struct LenientList<Element: WireValue>: WireValue {
    let elements: [Element]
    init(reading json: JSON) throws { elements = try listed(json).map { try Element(reading: $0) } }
}
