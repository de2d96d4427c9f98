internal import LuaSyntax

// What is put into `state`: plain data only can be saved.

extension Checker {
    /// Whether an expression is `state`, a table in it, or a local name for one.
    func isState(_ table: Expression) -> Bool {
        switch table.bare.kind {
        case .global("state"): return true
        case .index(let outer, _, _): return isState(outer)
        case .local(let variable):
            let bindings = facts.bindings(of: variable)
            guard bindings.count == 1, variable.role == .local, let value = bindings[0].value else {
                return false
            }
            return isState(value)
        default: return false
        }
    }

    /// `table.insert(state.list, value)` and `rawset(state, key, value)`.
    func checkPutting(_ call: Call) {
        guard let function = kinds.function(of: call),
            ["table.insert", "rawset"].contains(function.name), call.arguments.count > 1,
            let table = call.arguments.first, isState(table), let value = call.arguments.last
        else { return }
        checkStateValue(value)
    }

    /// A value that is put into `state`.
    func checkStateValue(_ value: Expression) {
        switch value.bare.kind {
        case .table(let fields):
            for field in fields { checkStateValue(field.value) }
            return
        case .binary(.or, let left, let right):
            checkStateValue(left)
            checkStateValue(right)
            return
        case .binary(.and, _, let right):
            checkStateValue(right)
            return
        default: break
        }
        guard let (words, suggestion) = unsavable(value) else { return }
        add(
            .stateValue, value.range, "`state` holds plain data, not \(words)",
            suggestion: suggestion)
    }

    /// What a value is that cannot be saved, and what to do; nil: nothing is known against it.
    private func unsavable(_ value: Expression) -> (words: String, suggestion: String?)? {
        let kept = "keep it in a local variable"
        switch kinds.kind(of: value).present {
        case .function, .api, .indicator: return ("a function", kept)
        case .thread: return ("a coroutine", kept)
        case .intent: return ("an intent", kept)
        case .library(let name): return ("the library \(name)", nil)
        case .view(let name):
            guard let record = ScriptApi.recordByName[name] else { return nil }
            return (record.article, "use \(value.shownName ?? name):copy()")
        case .list(let element):
            guard case .view(let name) = element.present, let record = ScriptApi.recordByName[name]
            else { return nil }
            return ("\(record.article) in a list", "keep the fields that you need")
        case .record(let name):
            let views = ScriptApi.recordByName[name]?.fields.filter { $0.type.holdsViews } ?? []
            guard let field = views.first else { return nil }
            return ("its field `\(field.name)`", "keep the fields that you need")
        default: return nil
        }
    }
}

extension ApiType {
    /// Whether a value of the type is a view, or has one in it.
    fileprivate var holdsViews: Bool {
        switch self {
        case .view: true
        case .list(let inner), .optional(let inner): inner.holdsViews
        default: false
        }
    }
}
