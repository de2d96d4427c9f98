internal import LuaSyntax

/// What the files of a script say about their names, gathered before any rule looks.
final class Facts: SyntaxVisitor {
    /// Where a variable or a global gets a value.
    struct Binding {
        /// The value; nil: none is written, as in `local x`.
        var value: Expression?
        /// Which of the value's results it is.
        var result = 0
        var range: Range<Int>
        var file: CheckedFile
        /// The function that assigns it.
        var function: Function
    }
    struct Mention {
        var range: Range<Int>
        var file: CheckedFile
        var function: Function
        var use = Use.read
    }

    private(set) var bindings: [ObjectIdentifier: [Binding]] = [:]
    /// Reads of each local variable, calls of it too.
    private(set) var reads: [ObjectIdentifier: [Use]] = [:]
    private(set) var calls: [ObjectIdentifier: [(call: Call, mention: Mention)]] = [:]
    /// What the loop variable walks through: the values behind `in`, and its place.
    private(set) var walked: [ObjectIdentifier: (values: [Expression], place: Int)] = [:]

    private(set) var globalBindings: [String: [Binding]] = [:]
    private(set) var globalReads: [String: [Mention]] = [:]
    private(set) var globalCalls: [String: [(call: Call, mention: Mention)]] = [:]
    /// Whether a program plays with its environment: then globals cannot be known.
    private(set) var usesEnvironment = false

    /// The variable or global that holds a function.
    private(set) var holders: [ObjectIdentifier: Holder] = [:]
    enum Holder {
        case variable(Variable)
        case global(String)
    }
    /// What each function returns, statement by statement.
    private(set) var returns: [ObjectIdentifier: [[Expression]]] = [:]
    /// Every call of `require` with a text, in order.
    private(set) var required: [(name: String, mention: Mention)] = []
    /// Functions that are handlers.
    private(set) var handlers: [ObjectIdentifier: ApiHandler] = [:]
    /// Every local declaration, in order: its variables together.
    private(set) var declarations: [(variables: [Variable], mention: Mention)] = []

    private var file: CheckedFile

    /// Gathers the facts of one more file.
    func gather(_ file: CheckedFile) {
        guard let program = file.program else { return }
        self.file = file
        walk(program)
    }

    init(_ file: CheckedFile) {
        self.file = file
        gather(file)
    }

    // MARK: - Gathering

    func visit(_ statement: Statement, in function: Function) {
        switch statement.kind {
        case .local(let variables, let values):
            declarations.append((variables, mention(statement.range, function)))
            for (index, variable) in variables.enumerated() {
                bind(.variable(variable), values, index, variable.name.range, function)
            }
        case .assign(let targets, let values):
            for (index, target) in targets.enumerated() {
                guard let holder = Self.holder(target) else { continue }
                bind(holder, values, index, target.range, function)
            }
        case .localFunction(let variable, let inner):
            declarations.append(([variable], mention(statement.range, function)))
            let value = Expression(kind: .function(inner), range: statement.range)
            bind(.variable(variable), [value], 0, variable.name.range, function)
        case .function(let target, let inner):
            guard let holder = Self.holder(target) else { return }
            let value = Expression(kind: .function(inner), range: statement.range)
            bind(holder, [value], 0, target.range, function)
        case .walkingLoop(let variables, let values, _):
            for (place, variable) in variables.enumerated() {
                walked[ObjectIdentifier(variable)] = (values, place)
            }
        case .returns(let values): returns[ObjectIdentifier(function), default: []].append(values)
        default: break
        }
    }

    private static func holder(_ target: Expression) -> Holder? {
        switch target.kind {
        case .local(let variable): .variable(variable)
        case .global(let name): .global(name)
        default: nil
        }
    }

    private func mention(_ range: Range<Int>, _ function: Function) -> Mention {
        Mention(range: range, file: file, function: function)
    }

    /// Notes that a name gets the `index`-th of these values.
    private func bind(
        _ holder: Holder, _ values: [Expression], _ index: Int, _ range: Range<Int>,
        _ function: Function
    ) {
        var binding = Binding(range: range, file: file, function: function)
        if index < values.count {
            binding.value = values[index]
        } else if let last = values.last, last.hasManyResults {
            binding.value = last
            binding.result = index - values.count + 1
        }
        if case .function(let inner)? = binding.value?.kind {
            holders[ObjectIdentifier(inner)] = holder
            if case .global(let name) = holder, let handler = ScriptApi.handlerByName[name] {
                handlers[ObjectIdentifier(inner)] = handler
            }
        }
        switch holder {
        case .variable(let variable):
            bindings[ObjectIdentifier(variable), default: []].append(binding)
        case .global(let name): globalBindings[name, default: []].append(binding)
        }
    }

    func visit(_ expression: Expression, as use: Use, in function: Function) {
        switch expression.kind {
        case .local(let variable):
            if variable.name.text == "_ENV" { usesEnvironment = true }
            if use != .written { reads[ObjectIdentifier(variable), default: []].append(use) }
        case .global(let name):
            if name == "_ENV" { usesEnvironment = true }
            guard use != .written else { return }
            globalReads[name, default: []].append(
                Mention(range: expression.range, file: file, function: function, use: use))
        case .call(let call):
            let place = mention(expression.range, function)
            if call.method != nil { return }
            switch call.callee.kind {
            case .local(let variable):
                calls[ObjectIdentifier(variable), default: []].append((call, place))
            case .global(let name):
                globalCalls[name, default: []].append((call, place))
                if name == "require", case .text(let module)? = call.arguments.first?.kind {
                    required.append((module, place))
                }
            default: break
            }
        default: break
        }
    }

    // MARK: - Answers

    /// The names of each file's local variables; asked for once everything is gathered.
    private(set) lazy var localNames: [ObjectIdentifier: Set<String>] = declarations.reduce(
        into: [:]
    ) { names, declaration in
        names[ObjectIdentifier(declaration.mention.file), default: []].formUnion(
            declaration.variables.map(\.name.text))
    }
    /// The globals that are read and never assigned; asked for once everything is gathered.
    private(set) lazy var unassignedReads: [String] = globalReads.keys.filter { read in
        globalBindings[read] == nil && !ScriptApi.globals.contains(read)
    }

    func reads(of variable: Variable) -> [Use] { reads[ObjectIdentifier(variable)] ?? [] }
    func bindings(of variable: Variable) -> [Binding] {
        bindings[ObjectIdentifier(variable)] ?? []
    }

    /// The handler that a function is, or is written in; nil: the top level or a helper.
    func handler(around function: Function) -> (handler: ApiHandler, function: Function)? {
        var place: Function? = function
        while let at = place {
            if let handler = handlers[ObjectIdentifier(at)] { return (handler, at) }
            place = at.parent
        }
        return nil
    }
}

extension Expression {
    /// Whether it may stand for several values where it comes last.
    var hasManyResults: Bool {
        switch kind {
        case .call, .rest: true
        default: false
        }
    }
    /// The text that it is as written.
    var literalText: String? {
        if case .text(let text) = kind { text } else { nil }
    }
    /// The number that it is as written, with its sign.
    var literalNumber: Double? {
        switch kind {
        case .number(let numeral): numeral.value
        case .unary(.minus, let operand): operand.literalNumber.map { -$0 }
        case .parenthesised(let inner): inner.literalNumber
        default: nil
        }
    }
    /// The expression without parentheses around it.
    var bare: Expression {
        if case .parenthesised(let inner) = kind { inner.bare } else { self }
    }
}
