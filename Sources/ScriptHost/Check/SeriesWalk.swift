internal import LuaSyntax

/// Finds where values of the bar that is still forming get among those of closed bars, outside of
/// indicators: lists that on_bar fills, and bars that it kept.
final class SeriesWalk: SyntaxVisitor {
    private let checker: Checker
    private let file: CheckedFile
    private var kinds: Kinds { checker.kinds }
    private var facts: Facts { checker.facts }
    /// Lists that on_bar puts values of bars into.
    private var barLists: Set<ObjectIdentifier> = []

    init(_ checker: Checker, _ file: CheckedFile) {
        self.checker = checker
        self.file = file
        if let program = file.program {
            let lists = ListWalk(checker)
            lists.walk(program)
            barLists = lists.lists
        }
    }

    func visit(_ statement: Statement, in function: Function) {
        guard case .assign(let targets, let values) = statement.kind,
            let handler = forming(function)
        else { return }
        for (target, value) in zip(targets, values) {
            guard case .index(let table, let key, _) = target.kind,
                case .local(let variable) = table.kind
            else { continue }
            let isKeptBar =
                if case .record("bar") = kinds.kind(of: table).present { true } else { false }
            if isKeptBar, let field = key.literalText,
                ["open", "high", "low", "close", "volume"].contains(field)
            {
                report(
                    target.range,
                    "`\(variable.name.text)` is a closed bar; \(handler) changes its `\(field)` to "
                        + "that of the bar that is still forming")
            } else if barLists.contains(ObjectIdentifier(variable)), mentionsEvent(value) {
                reportList(variable, handler, target.range)
            }
        }
    }

    func visit(_ expression: Expression, as use: Use, in function: Function) {
        guard case .call(let call) = expression.kind, let handler = forming(function),
            let variable = insertedInto(call, kinds), let value = call.arguments.last,
            barLists.contains(ObjectIdentifier(variable)), mentionsEvent(value)
        else { return }
        reportList(variable, handler, expression.range)
    }

    private func reportList(_ variable: Variable, _ handler: String, _ range: Range<Int>) {
        report(
            range,
            "on_bar fills `\(variable.name.text)` with closed bars; a value of \(handler) belongs to "
                + "the bar that is still forming")
    }

    private func report(_ range: Range<Int>, _ message: String) {
        checker.add(
            .lookAhead, in: file, range, message,
            suggestion: "keep it in a variable of its own")
    }

    /// The handler around, where its events happen while a bar is forming.
    private func forming(_ function: Function) -> String? {
        guard let name = facts.handler(around: function)?.handler.name,
            name != "on_bar", ["on_trade", "on_quote", "on_book", "on_ticker"].contains(name)
        else { return nil }
        return name
    }

    private func mentionsEvent(_ value: Expression) -> Bool {
        mentions(value, kinds) { $0 != "bar" }
    }
}

/// Gathers the lists that on_bar puts values of bars into.
private final class ListWalk: SyntaxVisitor {
    private let checker: Checker
    private(set) var lists: Set<ObjectIdentifier> = []
    init(_ checker: Checker) { self.checker = checker }

    func visit(_ statement: Statement, in function: Function) {
        guard case .assign(let targets, let values) = statement.kind, isInBar(function) else {
            return
        }
        for (target, value) in zip(targets, values) {
            guard case .index(let table, let key, false) = target.kind, key.literalText == nil,
                case .local(let variable) = table.kind,
                mentions(value, checker.kinds, where: { $0 == "bar" })
            else { continue }
            lists.insert(ObjectIdentifier(variable))
        }
    }

    func visit(_ expression: Expression, as use: Use, in function: Function) {
        guard case .call(let call) = expression.kind, isInBar(function),
            let variable = insertedInto(call, checker.kinds), let value = call.arguments.last,
            mentions(value, checker.kinds, where: { $0 == "bar" })
        else { return }
        lists.insert(ObjectIdentifier(variable))
    }

    private func isInBar(_ function: Function) -> Bool {
        checker.facts.handler(around: function)?.handler.name == "on_bar"
    }
}

/// The list that a `table.insert` fills.
private func insertedInto(_ call: Call, _ kinds: Kinds) -> Variable? {
    guard kinds.function(of: call)?.name == "table.insert", call.arguments.count >= 2,
        case .local(let variable) = call.arguments[0].kind
    else { return nil }
    return variable
}

/// Whether an expression has a field of an event of such a name in it.
private func mentions(_ value: Expression, _ kinds: Kinds, where isWanted: (String) -> Bool) -> Bool
{
    switch value.kind {
    case .index(let table, _, _):
        guard case .view(let view) = kinds.kind(of: table).present,
            ScriptApi.recordByName[view]?.kind == .event
        else { return false }
        return isWanted(view)
    case .unary(_, let operand): return mentions(operand, kinds, where: isWanted)
    case .binary(_, let left, let right):
        return mentions(left, kinds, where: isWanted) || mentions(right, kinds, where: isWanted)
    case .parenthesised(let inner): return mentions(inner, kinds, where: isWanted)
    case .call(let call): return call.arguments.contains { mentions($0, kinds, where: isWanted) }
    default: return false
    }
}
