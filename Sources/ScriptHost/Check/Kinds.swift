internal import LuaSyntax

/// Finds out what expressions are.
final class Kinds {
    let facts: Facts
    private var known: [ObjectIdentifier: ValueKind] = [:]
    private var inProgress: Set<ObjectIdentifier> = []
    private var globalsInProgress: Set<String> = []

    init(_ facts: Facts) { self.facts = facts }

    /// What `params{}` declares; nil: it is not called, or not with a table of names.
    private(set) lazy var declared = DeclaredParameters(facts)

    /// The kind of the `result`-th value of an expression.
    func kind(of expression: Expression, result: Int = 0) -> ValueKind {
        switch expression.kind {
        case .nothing: return .nothing
        case .boolean: return .boolean
        case .number: return .number
        case .text: return .text
        case .function: return .function
        case .table: return .table
        case .rest, .operands: return .unknown
        case .parenthesised(let inner): return kind(of: inner)
        case .local(let variable): return kind(of: variable)
        case .global(let name): return kind(ofGlobal: name)
        case .index(let table, let key, _): return kind(ofField: key, in: kind(of: table))
        case .call(let call): return kind(of: call, result: result)
        case .unary(.not, _): return .boolean
        case .unary(let mark, let operand):
            // An object may have metamethods.
            if mark == .length { return .number }
            if case .number = kind(of: operand) { return .number }
            return .unknown
        case .binary(let mark, let left, let right): return kind(of: mark, left, right)
        }
    }

    private func kind(of mark: Mark, _ left: Expression, _ right: Expression) -> ValueKind {
        switch mark {
        case .equal, .notEqual, .less, .greater, .lessOrEqual, .greaterOrEqual: return .boolean
        case .and, .or: return .unknown
        case .concatenate:
            if case .text = kind(of: left) { return .text }
            return .unknown
        default:
            guard case .number = kind(of: left), case .number = kind(of: right) else {
                return .unknown
            }
            return .number
        }
    }

    // MARK: - Names

    private func kind(of variable: Variable) -> ValueKind {
        let identity = ObjectIdentifier(variable)
        if let known = known[identity] { return known }
        guard inProgress.insert(identity).inserted else { return .unknown }
        defer { inProgress.remove(identity) }
        let kind =
            switch variable.role {
            case .parameter: parameterKind(variable)
            case .loop: loopKind(variable)
            case .local, .function: kind(of: facts.bindings(of: variable))
            }
        known[identity] = kind
        return kind
    }

    /// The kind of a name with these values: known where there is one beside nil.
    private func kind(of bindings: [Facts.Binding]) -> ValueKind {
        let real = bindings.filter { binding in
            guard let value = binding.value else { return false }
            if case .nothing = value.kind { return false }
            return true
        }
        guard real.count == 1, let value = real[0].value else { return .unknown }
        let kind = kind(of: value, result: real[0].result)
        return bindings.count == 1 ? kind : .maybe(kind)
    }

    private func kind(ofGlobal name: String) -> ValueKind {
        if let bindings = facts.globalBindings[name] {
            guard ScriptApi.handlerByName[name] == nil, !ScriptApi.globals.contains(name),
                globalsInProgress.insert(name).inserted
            else { return .unknown }
            defer { globalsInProgress.remove(name) }
            // A global may be read before it is assigned.
            return .maybe(kind(of: bindings))
        }
        if let function = ScriptApi.functionByName[name] { return .api(function) }
        if let value = ScriptApi.valueByName[name] { return ValueKind(value.type) }
        return ScriptApi.libraries.contains { $0.name == name } ? .library(name) : .unknown
    }

    private func loopKind(_ variable: Variable) -> ValueKind {
        guard let walked = facts.walked[ObjectIdentifier(variable)], walked.place == 1,
            case .call(let call)? = walked.values.first?.kind,
            case .global(let walker) = call.callee.kind, ["ipairs", "pairs"].contains(walker),
            let list = call.arguments.first, case .list(let element) = kind(of: list).present
        else { return .unknown }
        return element
    }

    /// A parameter's kind: the handler's event, or what all calls of a local function pass.
    private func parameterKind(_ variable: Variable) -> ValueKind {
        let function = variable.owner
        guard facts.bindings(of: variable).isEmpty,
            let place = function.parameters.firstIndex(where: { $0 === variable })
        else { return .unknown }
        if let handler = facts.handlers[ObjectIdentifier(function)] {
            guard place < handler.parameters.count else { return .nothing }
            return ValueKind(handler.parameters[place].type)
        }
        guard case .variable(let holder)? = facts.holders[ObjectIdentifier(function)],
            facts.bindings(of: holder).count == 1
        else { return .unknown }
        let calls = facts.calls[ObjectIdentifier(holder)] ?? []
        guard !calls.isEmpty, calls.count == facts.reads(of: holder).count else { return .unknown }
        var views: Set<String> = []
        for (call, _) in calls {
            guard place < call.arguments.count,
                case .view(let name) = kind(of: call.arguments[place]).present
            else { return .unknown }
            views.insert(name)
        }
        guard views.count == 1, let name = views.first else { return .unknown }
        return .view(name)
    }

    // MARK: - Fields and calls

    func kind(ofField key: Expression, in table: ValueKind) -> ValueKind {
        switch table.present {
        case .list(let element):
            if case .text = kind(of: key) { return .unknown }
            return .maybe(element)
        case .library(let library):
            guard let name = key.literalText else { return .unknown }
            let full = "\(library).\(name)"
            if let function = ScriptApi.functionByName[full] { return .api(function) }
            return ScriptApi.valueByName[full].map { ValueKind($0.type) } ?? .unknown
        case .view(let name), .record(let name):
            guard let field = key.literalText.flatMap({ ScriptApi.recordByName[name]?.field($0) })
            else { return .unknown }
            return ValueKind(field.type)
        case .intent:
            guard
                let field = key.literalText.flatMap({ ScriptApi.recordByName["intent"]?.field($0) })
            else { return .unknown }
            return ValueKind(field.type)
        case .parameters:
            let declaration = declared?.declarations.first { $0.name.text == key.literalText }
            return declaration.map { kind(ofDefault: $0.value) } ?? .unknown
        default: return .unknown
        }
    }

    /// The kind of a parameter, from what declares it.
    private func kind(ofDefault value: Expression) -> ValueKind {
        guard case .table(let fields) = value.bare.kind else {
            switch kind(of: value) {
            case .number: return .number
            case .text: return .text
            case .boolean: return .boolean
            default: return .unknown
            }
        }
        var choices = fields.map(\.value)
        for field in fields {
            guard case .name(let name) = field.key else { continue }
            if name.text == "default", field.value.literalText == nil {
                return kind(ofDefault: field.value)
            }
            guard name.text == "choices", case .table(let given) = field.value.bare.kind else {
                choices = []
                continue
            }
            let texts = given.compactMap(\.value.literalText)
            return texts.count == given.count ? .choice(texts) : .unknown
        }
        let texts = choices.compactMap(\.literalText)
        if !texts.isEmpty, texts.count == fields.count { return .choice(texts) }
        return .unknown
    }

    private func kind(of call: Call, result: Int) -> ValueKind {
        if let function = function(of: call) {
            if function.name == "setmetatable" || function.name == "assert" { return .unknown }
            if function.makesCondition, !call.arguments.isEmpty { return .condition }
            if function.indicator != nil { return result == 0 ? .indicator(function) : .nothing }
            if function.isMethod, function.ownName == "copy" {
                return .record(String(function.name.prefix { $0 != ":" }))
            }
            guard result < function.results.count else { return .unknown }
            return ValueKind(function.results[result].type)
        }
        guard call.method == nil else { return .unknown }
        switch kind(of: call.callee).present {
        case .indicator(let function):
            guard result < function.results.count else { return .nothing }
            return ValueKind(function.results[result].type)
        case .function: return result == 0 ? returnKind(of: call.callee) : .unknown
        default: return .unknown
        }
    }

    /// The function of the API that a call means; nil: another one, or nobody knows.
    func function(of call: Call) -> ApiFunction? {
        guard let method = call.method else {
            if case .api(let function) = kind(of: call.callee) { return function }
            return nil
        }
        switch kind(of: call.callee).present {
        case .view(let name): return ScriptApi.functionByName["\(name):\(method.text)"]
        case .indicator: return ScriptApi.functionByName["indicator:\(method.text)"]
        default: return nil
        }
    }

    /// What a function of the script returns, where it is an intent.
    private func returnKind(of callee: Expression) -> ValueKind {
        guard let function = definition(of: callee),
            inProgress.insert(ObjectIdentifier(function)).inserted
        else { return .unknown }
        defer { inProgress.remove(ObjectIdentifier(function)) }
        let kinds = (facts.returns[ObjectIdentifier(function)] ?? []).compactMap(\.first).map {
            kind(of: $0)
        }
        for kind in kinds {
            if case .intent = kind.present { return .maybe(.intent) }
        }
        return .unknown
    }

    /// The script's function that an expression names, where it is the only one.
    func definition(of callee: Expression) -> Function? {
        let bindings: [Facts.Binding]
        switch callee.kind {
        case .local(let variable): bindings = facts.bindings(of: variable)
        case .global(let name): bindings = facts.globalBindings[name] ?? []
        default: return nil
        }
        guard bindings.count == 1, case .function(let function)? = bindings[0].value?.kind else {
            return nil
        }
        return function
    }
}
