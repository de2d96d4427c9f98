internal import PlainJSON
internal import TradingModel

/// A venue's refusal that can name a field which does not fit.
protocol WireRefusal: Error {
    static func invalid(_ field: String) -> Self
}

/// What came with a request: the members of its body, or its query, read strictly.
struct WireParameters<Refusal: WireRefusal> {
    private let members: JSON
    /// Of a query all values are text.
    private let isQuery: Bool

    init(body: [UInt8]) throws(Refusal) {
        guard let json = try? JSON(parsing: body), json.members != nil else {
            throw .invalid("body is not a JSON object")
        }
        members = json
        isQuery = false
    }

    init(query: Substring) {
        members = .object(
            query.split(separator: "&").map { pair in
                let parts = pair.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let value = parts.count == 2 ? Self.unescaped(parts[1]) : ""
                return JSONMember(key: String(parts[0]), value: .text(value))
            })
        isQuery = true
    }

    init(_ item: JSON) throws(Refusal) {
        guard item.members != nil else { throw .invalid("orders") }
        members = item
        isQuery = false
    }

    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil when absent, null, or of a query empty.
    private func value(_ key: String) -> JSON? {
        guard let value = members[key], value != .null else { return nil }
        return isQuery && value.text == "" ? nil : value
    }

    func text(_ key: String) throws(Refusal) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.text else { throw .invalid(key) }
        return text
    }

    func needed(_ key: String) throws(Refusal) -> String {
        guard let text = try text(key), !text.isEmpty else { throw .invalid(key) }
        return text
    }

    func integer(_ key: String) throws(Refusal) -> Int64? {
        guard let value = value(key) else { return nil }
        let number = isQuery ? value.text.flatMap { Int64($0) } : value.integer
        guard let number else { throw .invalid(key) }
        return number
    }

    func neededInteger(_ key: String) throws(Refusal) -> Int64 {
        guard let number = try integer(key) else { throw .invalid(key) }
        return number
    }

    func flag(_ key: String) throws(Refusal) -> Bool? {
        guard let value = value(key) else { return nil }
        guard case .bool(let flag) = value else { throw .invalid(key) }
        return flag
    }

    func list(_ key: String) throws(Refusal) -> [JSON] {
        guard let items = value(key)?.items, !items.isEmpty else { throw .invalid(key) }
        return items
    }

    /// A decimal in plain notation, as text.
    func decimal<Amount: ExactDecimal>(_ key: String) throws(Refusal) -> Amount? {
        guard let text = try text(key) else { return nil }
        guard !text.contains(where: { $0 == "e" || $0 == "E" || $0 == "+" }),
            let amount = try? Amount(text)
        else { throw .invalid(key) }
        return amount
    }

    /// What one of the venue's words stands for.
    func choice<Choice>(
        _ key: String, _ read: (String) -> Choice?
    ) throws(Refusal) -> Choice? {
        guard let text = try text(key) else { return nil }
        guard let choice = read(text) else { throw .invalid(key) }
        return choice
    }

    /// A whole number within bounds; `usual` where there is none.
    func integer(
        _ key: String, in bounds: ClosedRange<Int64>, usual: Int64
    ) throws(Refusal) -> Int {
        let number = try integer(key) ?? usual
        guard bounds.contains(number) else { throw .invalid(key) }
        return Int(number)
    }
}
