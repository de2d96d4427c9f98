internal import LuaSyntax

// Calls of the API: how many arguments, and of which kind.

extension Checker {
    func checkCall(_ call: Call, at range: Range<Int>) {
        if let method = call.method { checkMethod(method, of: call.callee) }
        if let function = kinds.function(of: call) {
            checkCount(call, function, range)
            checkArguments(call, function)
            if function.name == "params" { checkDeclarations(call) }
            return
        }
        guard call.method == nil else { return }
        let kind = kinds.kind(of: call.callee)
        switch kind {
        case .indicator(let function): checkUpdate(call, function, range)
        case .number, .text, .choice, .boolean, .view, .intent, .library, .parameters, .list,
            .condition:
            add(
                .notAFunction, call.callee.range,
                "\(kind.words ?? "this") cannot be called")
        case .table:
            guard case .global("state") = call.callee.kind else { return }
            add(.notAFunction, call.callee.range, "a table cannot be called")
        default: break
        }
    }

    private func checkCount(_ call: Call, _ function: ApiFunction, _ range: Range<Int>) {
        let count = call.arguments.count
        let isOpen = call.arguments.last?.hasManyResults ?? false
        let shown = "`\(function.shownSignature)`"
        let first = function.parameters.first
        let isBehindOptional = first.map { $0.fallback != nil && !$0.isRepeated } ?? false
        // `target("sim:BTC/USDT")`: the one argument is the optional symbol.
        let isOnlyOptional =
            isBehindOptional && count == function.fewest && count > 0
            && !leavesFirstOut(call, function)
        if count < function.fewest || isOnlyOptional, !isOpen {
            let needed = function.parameters.filter { $0.fallback == nil }
            let missing = isOnlyOptional ? needed : Array(needed[count...])
            let names = missing.map { "`\($0.name)`" }.joined(separator: ", ")
            add(.argumentCount, range, "\(shown) was called without \(names)")
        } else if let most = function.most, count > most, !(isOpen && count == most + 1) {
            var suggestion: String?
            if function.indicator != nil {
                // As other platforms write it: ta.sma(close, 20).
                suggestion =
                    "make it once, outside of handlers, then call what it returned with "
                    + "each value"
            }
            add(
                .argumentCount, call.arguments[most].range,
                "\(shown) takes \(most == 0 ? "no arguments" : "at most \(most)"), got \(count)",
                suggestion: suggestion)
        }
    }

    /// The parameters that the arguments stand for: optional ones in front may be left out.
    private func aligned(_ call: Call, _ function: ApiFunction) -> [ApiParameter] {
        guard leavesFirstOut(call, function) else { return function.parameters }
        return Array(function.parameters.dropFirst())
    }

    /// `target(qty)`: without the symbol, which is known by its being no text.
    private func leavesFirstOut(_ call: Call, _ function: ApiFunction) -> Bool {
        guard let first = function.parameters.first, first.fallback != nil, !first.isRepeated,
            call.arguments.count == function.fewest, let argument = call.arguments.first
        else { return false }
        switch kinds.kind(of: argument).present {
        case .text, .choice: return false
        default: return true
        }
    }

    private func checkArguments(_ call: Call, _ function: ApiFunction) {
        let parameters = aligned(call, function)
        for (index, argument) in call.arguments.enumerated() {
            let parameter: ApiParameter
            if index < parameters.count {
                parameter = parameters[index]
            } else if let last = parameters.last, last.isRepeated {
                parameter = last
            } else {
                return
            }
            let allowsNil = parameter.fallback != nil && !parameter.isRepeated
            checkValue(
                argument, parameter.type, "`\(parameter.name)` of \(function.name)",
                isLua: function.isLua, allowsNil: allowsNil, isIntent: function.makesIntent)
        }
        if function.makesIntent { checkIntent(call, function) }
    }

    // MARK: - One value

    /// Whether the value can be what is expected; `what` names it in messages.
    func checkValue(
        _ value: Expression, _ type: ApiType, _ what: String, isLua: Bool = false,
        allowsNil: Bool = false, isIntent: Bool = false
    ) {
        if case .optional(let inner) = type {
            checkValue(value, inner, what, isLua: isLua, allowsNil: true, isIntent: isIntent)
            return
        }
        let kind = kinds.kind(of: value).present
        if case .nothing = kind {
            guard !allowsNil, type != .any else { return }
            refuse(value, kind, type, what)
            return
        }
        guard !type.accepts(kind, isLua: isLua) else {
            checkLiteral(value, type, what)
            if let record = type.record {
                checkFields(of: value, record, what, isIntent: isIntent)
            }
            return
        }
        refuse(value, kind, type, what)
    }

    private func refuse(_ value: Expression, _ kind: ValueKind, _ type: ApiType, _ what: String) {
        var suggestion: String?
        if case .indicator = kind, type == .number || type == .optional(.number) {
            suggestion = "call it with a value to get one"
        } else if case .function = kind, type == .text, what.hasPrefix("`name` of") {
            suggestion = "give a name: on_timer(name) is called with it"
        } else if case .view(let view) = kind, case .number = type,
            ScriptApi.recordByName[view]?.field("price") != nil
        {
            suggestion = "give one of its fields, such as \(value.shownName ?? view).price"
        }
        add(
            .argumentType, value.range,
            "\(what) is \(kind.words ?? "something else"), expected \(type.expected)",
            suggestion: suggestion)
    }

    /// A number or text as it is written.
    private func checkLiteral(_ value: Expression, _ type: ApiType, _ what: String) {
        if let number = value.literalNumber { return checkNumber(number, value, type, what) }
        guard let text = value.literalText else { return }
        switch type {
        case .feed: checkFeed(text, value.range)
        case .symbol: checkSymbol(text, value.range, what)
        case .choice(let choices) where !choices.contains(text):
            refuseChoice(text, choices, value.range, what)
        case .decimal where !isDecimal(text):
            add(
                .argumentType, value.range, "\(what) is \"\(text)\", expected \(type.expected)")
        default: break
        }
    }

    func refuseChoice(_ text: String, _ choices: [String], _ range: Range<Int>, _ what: String) {
        let list = choices.map { "\"\($0)\"" }.joined(separator: ", ")
        let near =
            choices.first { $0 == text.lowercased() } ?? nearestName(to: text, among: choices)
        add(
            .unknownValue, range, "\(what) is never \"\(text)\"",
            suggestion: near.map { "did you mean \"\($0)\"?" } ?? "there are \(list)")
    }

    private func checkNumber(
        _ number: Double, _ value: Expression, _ type: ApiType, _ what: String
    ) {
        let isRight: Bool
        switch type {
        case .whole(let range):
            isRight =
                number == number.rounded() && number >= Double(range.lowerBound)
                && number <= Double(range.upperBound)
        case .integer: isRight = number == number.rounded()
        case .positive: isRight = number > 0
        default: return
        }
        guard !isRight else { return }
        let shown =
            number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
        add(.argumentType, value.range, "\(what) is \(shown), expected \(type.expected)")
    }

    /// What an indicator is fed with.
    private func checkUpdate(_ call: Call, _ function: ApiFunction, _ range: Range<Int>) {
        guard let indicator = function.indicator else { return }
        let count = call.arguments.count
        let name = call.callee.shownName ?? "the indicator"
        let isOpen = call.arguments.last?.hasManyResults ?? false
        let inputs = indicator.inputs.joined(separator: ", ")
        if let first = call.arguments.first, indicator.takesBar, count == 1 {
            switch kinds.kind(of: first).present {
            case .view("bar"), .record("bar"), .unknown, .table, .maybe: return
            case .view(let view):
                let article = ScriptApi.recordByName[view]?.article ?? "a view"
                add(
                    .argumentType, first.range,
                    "`\(name)` of \(function.name) takes a bar or \(inputs), got \(article)")
                return
            default: break
            }
        }
        if count + indicator.optionalInputs < indicator.inputs.count, !isOpen {
            add(
                .argumentCount, range,
                "`\(name)` of \(function.name) takes \(inputs)"
                    + (indicator.takesBar ? ", or a bar" : "") + ", got \(count)")
        }
        for (argument, input) in zip(call.arguments, indicator.inputs) {
            checkValue(argument, .number, "`\(input)` of \(function.name)")
        }
    }
}

extension ApiFunction {
    /// Whether it builds an intent.
    var makesIntent: Bool { results.first?.type == .intent }
}

extension ApiType {
    /// What messages say that was expected.
    var expected: String {
        switch self {
        case .any: "a value"
        case .number: "a number"
        case .text: "a text"
        case .table, .record: "a table"
        case .function: "a function"
        case .thread: "a coroutine"
        case .condition: "a condition such as ta.crossover(fast, slow)"
        case .integer: "a whole number"
        case .whole(let range) where range.upperBound < 1_000_000:
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .whole(let range): "a whole number from \(range.lowerBound)"
        case .positive: "a number above 0"
        case .decimal: "a number or a decimal text"
        case .symbol: "a symbol such as \"sim:BTC/USDT\""
        case .feed: "a feed such as \"trades\""
        case .choice(let choices): choices.map { "\"\($0)\"" }.joined(separator: " or ")
        case .view(let name): ScriptApi.recordByName[name]?.article ?? name
        case .either(let types): types.map(\.expected).joined(separator: " or ")
        case .optional(let inner): inner.expected
        default: words
        }
    }

    /// Whether a value of the kind may be given; what is not known may.
    func accepts(_ kind: ValueKind, isLua: Bool) -> Bool {
        if case .unknown = kind { return true }
        switch (self, kind) {
        case (.any, _): return true
        case (.optional(let inner), _): return inner.accepts(kind, isLua: isLua)
        case (.either(let types), _): return types.contains { $0.accepts(kind, isLua: isLua) }
        case (.boolean, .boolean): return true
        case (.number, .number), (.integer, .number), (.whole, .number), (.positive, .number),
            (.decimal, .number), (.decimal, .text), (.decimal, .choice):
            return true
        case (.number, .text), (.integer, .text), (.whole, .text), (.positive, .text),
            (.text, .number):
            return isLua
        case (.text, .text), (.text, .choice), (.symbol, .text), (.feed, .text), (.choice, .text),
            (.choice, .choice), (.symbol, .choice), (.feed, .choice):
            return true
        case (.table, .table), (.table, .record), (.table, .list), (.table, .library),
            (.table, .parameters), (.record, .table), (.record, .record), (.list, .table),
            (.list, .list), (.list, .record):
            return true
        case (.function, .function), (.function, .api), (.function, .indicator),
            (.thread, .thread):
            return true
        // A table may be made callable.
        case (.function, .table): return isLua
        case (.view(let wanted), .view(let found)): return wanted == found
        case (.intent, .intent), (.condition, .condition): return true
        default: return false
        }
    }
}
