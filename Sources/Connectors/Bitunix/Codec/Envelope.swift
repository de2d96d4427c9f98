package import PlainJSON
internal import TradingModel
internal import WireText

/// A venue's refusal: its code is what counts, its text is for people.
package struct BitunixRefusal: Error, Hashable, CustomStringConvertible {
    package let code: Int
    package let message: String
    package init(code: Int, message: String) {
        self.code = code
        self.message = message
    }
    package var description: String { "\(message) (code \(code))" }
}

/// What every reply over HTTP is wrapped in: `{"code":0,"data":…,"msg":"Success"}`.
///
/// The code is a number or a text of one, the text is called `msg` or `message`, and `data` is looked at only
/// where the code is 0: errors have null, or leave it out.
struct Envelope<Payload: WireValue>: WireValue {
    let result: Result<Payload, BitunixRefusal>

    init(reading json: JSON) throws {
        let fields = try Fields(json)
        let code = try fields.needInt("code")
        guard code == 0 else {
            let message = (try? fields.text("msg", "message")) ?? ""
            result = .failure(BitunixRefusal(code: Int(code), message: message))
            return
        }
        result = .success(try Payload(reading: json["data"] ?? .null))
    }
}

/// A payload of which nothing is wanted.
package struct NoPayload: WireValue, Hashable {
    package init(reading json: JSON) throws {}
}

/// A list; nothing at all, `null` and an empty object stand for an empty one.
struct LenientList<Element: WireValue>: WireValue {
    let elements: [Element]
    init(reading json: JSON) throws { elements = try listed(json).map { try Element(reading: $0) } }
}

/// Some rows of a list, and how many it has in all.
package struct ListPage<Element> {
    package let elements: [Element]
    package let total: Int64
}

/// A list under the name that replies of its kind give it, beside its `total`.
struct NamedPage<Element: NamedInPage>: WireValue {
    let page: ListPage<Element>

    init(reading json: JSON) throws {
        if json == .null {
            page = ListPage(elements: [], total: 0)
            return
        }
        let fields = try Fields(json)
        let elements = try fields.list(Element.self, Element.listName)
        page = ListPage(
            elements: elements, total: try fields.int("total") ?? Int64(elements.count))
    }
}

protocol NamedInPage: WireValue {
    static var listName: String { get }
}
