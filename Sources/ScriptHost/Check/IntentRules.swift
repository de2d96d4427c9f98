internal import LuaSyntax
import TradingModel

// Intents, feeds and symbols as they are written.

extension Checker {
    /// The fields of a table that is written out where a record is taken.
    func checkFields(of value: Expression, _ recordName: String, _ what: String, isIntent: Bool) {
        guard let record = ScriptApi.recordByName[recordName],
            case .table(let fields) = value.bare.kind
        else { return }
        let names = record.fields.map(\.name)
        for field in fields {
            switch field.key {
            case .name(let name):
                guard let described = record.field(name.text) else {
                    add(
                        .unknownIntentField, name.range,
                        "unknown field `\(name.text)` in \(owner(of: what))",
                        suggestion: suggestion(for: name.text, among: names)
                            ?? "it takes " + names.joined(separator: ", "))
                    continue
                }
                checkValue(field.value, described.type, "`\(name.text)` in \(owner(of: what))")
                checkAmount(field.value, described)
            case .position where !field.value.hasManyResults:
                add(
                    .unknownIntentField, field.value.range,
                    "\(owner(of: what)) takes fields by name",
                    suggestion: "such as `\(names.first ?? "tag") = …`")
            default: break
            }
        }
    }

    /// `buy{}` of "`terms` of buy".
    private func owner(of what: String) -> String {
        what.split(separator: " ").last.map { "\($0){}" } ?? what
    }

    private func checkAmount(_ value: Expression, _ field: ApiField) {
        guard field.type == .decimal || field.type == .optional(.decimal),
            let number = value.literalNumber, number <= 0
        else { return }
        add(
            .argumentType, value.range, "`\(field.name)` is not above 0",
            suggestion: field.name == "qty" ? "the side is said by buy and sell" : nil)
    }

    /// What an intent needs beside the right kinds.
    func checkIntent(_ call: Call, _ function: ApiFunction) {
        let table =
            function.name == "amend" ? call.arguments.dropFirst().first : call.arguments.first
        guard let table, case .table(let fields) = table.bare.kind else {
            if ["target", "close"].contains(function.name) { checkSymbolGiven(call, function) }
            return
        }
        var values: [String: Expression] = [:]
        for field in fields {
            switch field.key {
            case .name(let name): values[name.text] = field.value
            default: return  // it may be any field
            }
        }
        switch function.name {
        case "buy", "sell": checkOrder(function.name, values, table.range)
        case "amend" where values["price"] == nil && values["qty"] == nil:
            add(
                .missingField, table.range,
                "amend needs a new `price`, a new `qty`, or both")
        default: break
        }
    }

    private func checkOrder(
        _ name: String, _ values: [String: Expression], _ range: Range<Int>
    ) {
        if values["qty"].map(\.isNil) ?? true {
            add(.missingField, range, "\(name){} needs `qty`, the quantity")
        }
        if values["symbol"] == nil { checkSymbolNeeded("\(name){}", range) }
        guard let postOnly = values["post_only"], case .boolean(true) = postOnly.kind else {
            return
        }
        if values["price"] == nil {
            add(
                .missingField, postOnly.range,
                "`post_only` in \(name){} needs a `price`: a market order always takes")
        }
        if let tif = values["tif"]?.literalText, tif != "gtc" {
            add(.unknownValue, postOnly.range, "`post_only` goes with tif = \"gtc\" only")
        }
    }

    private func checkSymbolGiven(_ call: Call, _ function: ApiFunction) {
        guard call.arguments.count == function.fewest,
            !(call.arguments.last?.hasManyResults ?? false)
        else { return }
        checkSymbolNeeded(function.name, call.callee.range)
    }

    /// With several symbols each call must say which.
    private func checkSymbolNeeded(_ name: String, _ range: Range<Int>) {
        guard let symbols = loaded?.symbols, symbols.count > 1 else { return }
        let list = symbols.map { "\($0)" }.joined(separator: ", ")
        add(
            .missingField, range,
            "\(name) needs a `symbol`, for the script has several: \(list)")
    }

    // MARK: - Texts

    func checkFeed(_ text: String, _ range: Range<Int>) {
        guard case .failure(let mistake) = Feed.read(text) else { return }
        add(.unknownFeed, range, mistake.message)
    }

    func checkSymbol(_ text: String, _ range: Range<Int>, _ what: String) {
        do {
            _ = try Symbol(text)
        } catch {
            add(.unknownSymbol, range, error.description)
            return
        }
        guard !what.hasSuffix(" subscribe"), let symbols = loaded?.symbols, !symbols.isEmpty else {
            return
        }
        let names = symbols.map(\.description)
        guard !names.contains(text) else { return }
        add(
            .unknownSymbol, range, "`\(text)` is not subscribed",
            suggestion: suggestion(for: text, among: names)
                ?? "subscribed are " + names.joined(separator: ", "))
    }

    func isDecimal(_ text: String) -> Bool { (try? SignedQuantity(text)) != nil }

    // MARK: - Dropped results

    /// A call that stands alone.
    func checkDropped(_ expression: Expression, _ call: Call) {
        droppedCalls.insert(ObjectIdentifier(call))
        let callee = call.callee.shownName ?? "the function"
        if case .intent = kinds.kind(of: expression).present {
            let suggestion =
                "return it: only what a handler returns is acted on"
            if let function = kinds.function(of: call) {
                add(
                    .unreturnedIntent, expression.range,
                    "the intent of \(function.name) is built and dropped", suggestion: suggestion)
            } else {
                add(
                    .unreturnedIntent, expression.range,
                    "`\(callee)` returns an intent, which is dropped here", suggestion: suggestion)
            }
        } else if let function = kinds.function(of: call), function.onlyAnswers {
            add(
                .unusedResult, expression.range,
                "\(function.name) only answers, and its answer is dropped")
        }
    }
}
