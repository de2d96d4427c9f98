internal import LuaSyntax

// Fields, methods, library entries, and what is written to them.

extension Checker {
    func checkField(_ key: Expression, of table: Expression, _ whole: Expression, _ use: Use) {
        let kind = kinds.kind(of: table).present
        guard let name = key.literalText else { return }
        switch kind {
        case .library(let library): checkEntry(name, of: library, key.range)
        case .view(let view): checkViewField(name, of: view, table, key.range, use)
        case .record(let record): checkRecordField(name, of: record, key.range, use)
        case .intent:
            guard use != .written else { break }
            let fields = ScriptApi.recordByName["intent"]?.fields.map(\.name) ?? []
            guard !fields.contains(name) else { break }
            add(
                .unknownField, key.range, "an intent has no field `\(name)`",
                suggestion: suggestion(for: name, among: fields))
        case .parameters: checkParameterRead(name, key.range, use)
        case .api, .function, .indicator, .condition, .number, .boolean, .nothing, .thread:
            // A text has its library's functions; nil in a variable may be something else by then.
            if case .nothing = kind, !table.isNil { break }
            let call = kind.callHint(table, name)
            add(
                .notATable, table.range,
                "\(kind.words ?? "this") has no field `\(name)`", suggestion: call)
        case .text, .choice: checkTextField(name, key.range)
        default: break
        }
    }

    private func checkEntry(_ name: String, of library: String, _ range: Range<Int>) {
        guard let entries = ScriptApi.libraries.first(where: { $0.name == library })?.entries,
            !entries.contains(name)
        else { return }
        let full = "\(library).\(name)"
        if let withheld = ScriptApi.withheld.first(where: { $0.name == full }) {
            add(
                .unknownFunction, range, "`\(full)` is not offered to strategies",
                suggestion: withheld.reason)
            return
        }
        add(
            .unknownFunction, range, "`\(library)` has no `\(name)`",
            suggestion: suggestion(for: name, among: entries))
    }

    private func checkTextField(_ name: String, _ range: Range<Int>) {
        let entries = ScriptApi.libraries.first { $0.name == "string" }?.entries ?? []
        guard !entries.contains(name) else { return }
        add(
            .unknownFunction, range, "a text has no `\(name)`",
            suggestion: suggestion(for: name, among: entries))
    }

    private func checkViewField(
        _ name: String, of view: String, _ table: Expression, _ range: Range<Int>, _ use: Use
    ) {
        guard let record = ScriptApi.recordByName[view] else { return }
        if use == .written {
            add(
                .readOnly, range, "\(record.article) cannot be changed",
                suggestion: record.methods.contains { $0.ownName == "copy" }
                    ? "copy() gives a table that can" : nil)
            return
        }
        let methods = record.methods.map(\.ownName)
        if methods.contains(name), use == .called {
            let call = "\(table.shownName ?? view):\(name)(…)"
            add(
                .missingColon, range, "`\(name)` is a method",
                suggestion: "write \(call), with a colon")
        } else if !methods.contains(name), record.field(name) == nil {
            add(
                .unknownField, range, "\(record.article) has no field `\(name)`",
                suggestion: suggestion(for: name, among: record.fields.map(\.name) + methods)
                    ?? "it has " + record.fields.map(\.name).joined(separator: ", "))
        }
    }

    /// A plain table may get new fields; reading one that nobody wrote gives nil.
    private func checkRecordField(
        _ name: String, of recordName: String, _ range: Range<Int>, _ use: Use
    ) {
        guard use != .written, let record = ScriptApi.recordByName[recordName],
            record.field(name) == nil, record.kind == .table,
            let near = nearestName(to: name, among: record.fields.map(\.name))
        else { return }
        add(
            .unknownField, range, "\(record.article) has no field `\(name)`",
            suggestion: "did you mean `\(near)`?")
    }

    /// A method: what it is called on must have it.
    func checkMethod(_ method: Name, of object: Expression) {
        switch kinds.kind(of: object).present {
        case .view(let view):
            guard let record = ScriptApi.recordByName[view] else { return }
            let methods = record.methods.map(\.ownName)
            guard !methods.contains(method.text) else { return }
            if record.field(method.text) != nil {
                add(
                    .unknownField, method.range, "`\(method.text)` is a field, not a method",
                    suggestion: "write \(object.shownName ?? view).\(method.text)")
            } else {
                add(
                    .unknownField, method.range,
                    "\(record.article) has no method `\(method.text)`",
                    suggestion: suggestion(for: method.text, among: methods))
            }
        case .indicator where method.text != "of":
            add(
                .unknownField, method.range, "an indicator has no method `\(method.text)`",
                suggestion: suggestion(for: method.text, among: ["of"]))
        case .text, .choice: checkTextField(method.text, method.range)
        case .library(let library):
            add(
                .missingColon, method.range, "a library's functions are called with a dot",
                suggestion: "write \(library).\(method.text)(…)")
        default: break
        }
    }

    // MARK: - Assignments

    func checkTarget(_ target: Expression) {
        switch target.kind {
        case .global("state"):
            add(
                .readOnly, target.range, "`state` itself cannot be replaced",
                suggestion: "assign its fields, state.x = …")
        case .global(let name) where ScriptApi.globals.contains(name):
            add(
                .readOnly, target.range, "`\(name)` belongs to Moonrunner",
                suggestion: "use another name, or a local variable")
        case .index(let table, let key, _):
            switch kinds.kind(of: table).present {
            case .library(let library):
                add(.readOnly, target.range, "`\(library)` is read-only")
            case .parameters:
                add(
                    .readOnly, target.range, "parameters are read-only",
                    suggestion: "keep the changed value in a variable of your own")
            case .intent:
                add(.readOnly, key.range, "an intent cannot be changed: build another")
            default: break
            }
        default: break
        }
    }
}

extension Expression {
    var isNil: Bool {
        if case .nothing = kind { true } else { false }
    }

    /// The name, where it is one.
    var shownName: String? {
        switch kind {
        case .local(let variable): variable.name.text
        case .global(let name): name
        default: nil
        }
    }
}

extension ValueKind {
    /// How to get at a field of what a function answers with.
    fileprivate func callHint(_ table: Expression, _ field: String) -> String? {
        guard let name = table.shownName else { return nil }
        switch self {
        case .api(let function):
            guard
                case .view(let view)? = function.results.first.map({ ValueKind($0.type).present }),
                ScriptApi.recordByName[view]?.field(field) != nil
            else { return nil }
            return "call it: \(name)(symbol).\(field)"
        case .indicator:
            return "call it with a value, or let it follow a feed: "
                + "\(name):of(symbol, \"trades\").\(field)"
        default: return nil
        }
    }
}
