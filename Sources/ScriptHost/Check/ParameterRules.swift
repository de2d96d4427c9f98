internal import LuaSyntax

/// What `params{…}` declares, as it is written.
struct DeclaredParameters {
    struct Declaration {
        var name: Name
        var value: Expression
    }
    let declarations: [Declaration]
    /// Whether the text shows all of them: every key is a plain name.
    let isComplete: Bool
    let file: CheckedFile

    init?(_ facts: Facts) {
        guard facts.globalBindings["params"] == nil,
            let (call, mention) = facts.globalCalls["params"]?.first,
            let argument = call.arguments.first, case .table(let fields) = argument.bare.kind
        else { return nil }
        var declarations: [Declaration] = []
        var isComplete = true
        for field in fields {
            switch field.key {
            case .name(let name): declarations.append(Declaration(name: name, value: field.value))
            default: isComplete = false
            }
        }
        self.declarations = declarations
        self.isComplete = isComplete
        file = mention.file
    }
}

extension Checker {
    /// The declarations of a `params{…}`: their long forms.
    func checkDeclarations(_ call: Call) {
        guard let argument = call.arguments.first, case .table(let fields) = argument.bare.kind
        else { return }
        for field in fields {
            switch field.key {
            case .name(let name): checkDeclaration(name, field.value)
            case .position:
                add(
                    .argumentType, field.value.range, "params takes parameters by name",
                    suggestion: "such as `fast = 50`")
            case .computed: break
            }
        }
    }

    private func checkDeclaration(_ name: Name, _ value: Expression) {
        guard case .table(let fields) = value.bare.kind else {
            let kind = kinds.kind(of: value)
            switch kind {
            case .function, .api, .library, .view, .intent, .indicator, .nothing:
                add(
                    .argumentType, value.range,
                    "parameter `\(name.text)` is \(kind.words ?? "that")",
                    suggestion: "a default is a number, a text, true, false or a list of choices")
            default: break
            }
            return
        }
        let isList = fields.contains { field in
            if case .position = field.key { true } else { false }
        }
        guard !isList else { return }
        let options = ScriptApi.recordByName["parameter"]?.fields ?? []
        var given: Set<String> = []
        for field in fields {
            guard case .name(let option) = field.key else { return }
            given.insert(option.text)
            if let described = options.first(where: { $0.name == option.text }) {
                checkValue(
                    field.value, described.type, "`\(option.text)` of parameter `\(name.text)`")
            } else {
                add(
                    .unknownOption, option.range,
                    "parameter `\(name.text)` has no option `\(option.text)`",
                    suggestion: suggestion(for: option.text, among: options.map(\.name))
                        ?? "there are " + options.map(\.name).joined(separator: ", "))
            }
        }
        if !given.contains("default"), !given.contains("choices") {
            add(
                .missingField, value.range, "parameter `\(name.text)` needs a `default`",
                suggestion: "a number, a text, true or false")
        }
    }

    /// A read of `p.x`.
    func checkParameterRead(_ name: String, _ range: Range<Int>, _ use: Use) {
        guard use != .written, let declared, declared.isComplete else { return }
        let names = declared.declarations.map(\.name.text)
        guard !names.contains(name) else {
            readParameters.insert(name)
            return
        }
        add(
            .unknownParameter, range, "`params` declares no `\(name)`",
            suggestion: suggestion(for: name, among: names)
                ?? (names.isEmpty ? nil : "it declares " + names.joined(separator: ", ")))
    }

    /// Parameters that nothing reads, where it is plain what is read.
    func checkParameters() {
        guard let declared, declared.isComplete, !parametersEscape else { return }
        for declaration in declared.declarations
        where !readParameters.contains(declaration.name.text) {
            add(
                .unusedParameter, in: declared.file, declaration.name.range,
                "parameter `\(declaration.name.text)` is never read")
        }
    }

    /// Whether the table of parameters goes where its reads cannot be seen.
    private var parametersEscape: Bool {
        guard let (call, _) = facts.globalCalls["params"]?.first else { return true }
        for (identity, bindings) in facts.bindings {
            guard bindings.contains(where: { $0.value.map { isCall($0, call) } ?? false }) else {
                continue
            }
            let reads = facts.reads[identity] ?? []
            return bindings.count != 1 || reads.contains { $0 != .indexed }
        }
        for (name, bindings) in facts.globalBindings {
            guard bindings.contains(where: { $0.value.map { isCall($0, call) } ?? false }) else {
                continue
            }
            let reads = facts.globalReads[name] ?? []
            return bindings.count != 1 || reads.contains { $0.use != .indexed }
        }
        // `params{…}.fast` or a call whose result is dropped.
        return !droppedCalls.contains(ObjectIdentifier(call))
    }

    private func isCall(_ expression: Expression, _ call: Call) -> Bool {
        if case .call(let found) = expression.kind { found === call } else { false }
    }
}
