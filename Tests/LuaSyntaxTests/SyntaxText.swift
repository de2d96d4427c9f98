import LuaSyntax

// A program as text with every grouping written out, so that a test can read what was understood.

extension LuaProgram {
    static func parse(_ text: String) throws(SyntaxError) -> LuaProgram {
        try Parser.program(Array(text.utf8))
    }
    var shown: String { body.shown }
}

extension Block {
    var shown: String { statements.map(\.shown).joined(separator: "; ") }
}

private func list(_ expressions: [Expression]) -> String {
    expressions.map(\.shown).joined(separator: ", ")
}

private func list(_ variables: [Variable]) -> String {
    variables.map { variable in
        variable.name.text + (variable.attribute.map { " <\($0.rawValue)>" } ?? "")
    }.joined(separator: ", ")
}

extension Function {
    var shown: String {
        let dots = isVariadic ? (parameters.isEmpty ? "..." : ", ...") : ""
        return "(\(list(parameters))\(dots)) {\(body.shown)}"
    }
}

extension Statement {
    var shown: String {
        switch kind {
        case .local(let variables, let values):
            "local \(list(variables))" + (values.isEmpty ? "" : " = \(list(values))")
        case .assign(let targets, let values): "\(list(targets)) = \(list(values))"
        case .call(let call): call.shown
        case .doBlock(let block): "do {\(block.shown)}"
        case .whileLoop(let condition, let block): "while \(condition.shown) {\(block.shown)}"
        case .repeatLoop(let block, let until): "repeat {\(block.shown)} until \(until.shown)"
        case .branches(let parts, let otherwise):
            parts.map { "if \($0.condition.shown) {\($0.block.shown)}" }.joined(separator: " else")
                + (otherwise.map { " else {\($0.shown)}" } ?? "")
        case .countingLoop(let variable, let from, let to, let step, let block):
            "for \(variable.name.text) = \(list([from, to] + (step.map { [$0] } ?? []))) "
                + "{\(block.shown)}"
        case .walkingLoop(let variables, let values, let block):
            "for \(list(variables)) in \(list(values)) {\(block.shown)}"
        case .function(let target, let function): "function \(target.shown)\(function.shown)"
        case .localFunction(let variable, let function):
            "local function \(variable.name.text)\(function.shown)"
        case .returns(let values): values.isEmpty ? "return" : "return \(list(values))"
        case .breaks: "break"
        case .jump(let name): "goto \(name.text)"
        case .label(let name): "::\(name.text)::"
        }
    }
}

extension Expression {
    /// Locals show as they are, globals behind an `@`.
    var shown: String {
        switch kind {
        case .nothing: "nil"
        case .boolean(let value): "\(value)"
        case .number(let numeral): numeral.isInteger ? "\(numeral.text)i" : "\(numeral.value)"
        case .text(let text): "\"\(text)\""
        case .rest: "..."
        case .function(let function): "function\(function.shown)"
        case .local(let variable): variable.name.text
        case .global(let name): "@\(name)"
        case .index(let table, let key, _): "\(table.shown)[\(key.shown)]"
        case .call(let call):
            call.callee.shown + (call.method.map { ":\($0.text)" } ?? "")
                + "(\(list(call.arguments)))"
        case .unary(let mark, let operand): "(\(mark.rawValue) \(operand.shown))"
        case .binary(let mark, let left, let right):
            "(\(left.shown) \(mark.rawValue) \(right.shown))"
        case .parenthesised(let inner): "<\(inner.shown)>"
        case .operands(let operands): "[\(list(operands))]"
        case .table(let fields): "{\(fields.map(\.shown).joined(separator: ", "))}"
        }
    }
}

extension TableField {
    var shown: String {
        switch key {
        case .position: value.shown
        case .name(let name): "\(name.text) = \(value.shown)"
        case .computed(let key): "[\(key.shown)] = \(value.shown)"
        }
    }
}
