/// Sees every statement and expression of a program, outer before inner, in the order of the text.
package protocol SyntaxVisitor: AnyObject {
    func visit(_ statement: Statement, in function: Function)
    func visit(_ expression: Expression, as use: Use, in function: Function)
    /// A block as a whole, before what is in it.
    func visit(_ block: Block, in function: Function)
}

/// What becomes of an expression.
package enum Use {
    case read
    /// It stands left of `=`.
    case written
    /// It is the function of a call.
    case called
    /// It is the table that a field is read of or written to.
    case indexed
    /// It is a call that stands alone: its results are dropped.
    case dropped
}

extension SyntaxVisitor {
    package func visit(_ block: Block, in function: Function) {}

    package func walk(_ program: LuaProgram) {
        guard let main = program.functions.first else { return }
        walk(program.body, in: main)
    }

    private func walk(_ block: Block, in function: Function) {
        visit(block, in: function)
        for statement in block.statements {
            visit(statement, in: function)
            walkParts(of: statement, in: function)
        }
    }

    private func walkParts(of statement: Statement, in function: Function) {
        switch statement.kind {
        case .local(_, let values), .returns(let values): walk(values, in: function)
        case .assign(let targets, let values):
            walk(values, in: function)
            for target in targets { walk(target, as: .written, in: function) }
        case .call(let call): walk(call, as: .dropped, in: function)
        case .doBlock(let block): walk(block, in: function)
        case .whileLoop(let condition, let block):
            walk(condition, in: function)
            walk(block, in: function)
        case .repeatLoop(let block, let until):
            walk(block, in: function)
            walk(until, in: function)
        case .branches(let parts, let otherwise):
            for part in parts {
                walk(part.condition, in: function)
                walk(part.block, in: function)
            }
            if let otherwise { walk(otherwise, in: function) }
        case .countingLoop(_, let from, let to, let step, let block):
            walk([from, to] + (step.map { [$0] } ?? []), in: function)
            walk(block, in: function)
        case .walkingLoop(_, let values, let block):
            walk(values, in: function)
            walk(block, in: function)
        case .function(let target, let inner):
            walk(target, as: .written, in: function)
            walk(inner.body, in: inner)
        case .localFunction(_, let inner): walk(inner.body, in: inner)
        case .breaks, .jump, .label: break
        }
    }

    private func walk(_ expressions: [Expression], in function: Function) {
        for expression in expressions { walk(expression, in: function) }
    }

    private func walk(_ expression: Expression, as use: Use = .read, in function: Function) {
        visit(expression, as: use, in: function)
        switch expression.kind {
        case .nothing, .boolean, .number, .text, .rest, .local, .global: break
        case .function(let inner): walk(inner.body, in: inner)
        case .index(let table, let key, _):
            walk(table, as: .indexed, in: function)
            walk(key, in: function)
        case .call(let call):
            walk(call.callee, as: call.method == nil ? .called : .indexed, in: function)
            walk(call.arguments, in: function)
        case .unary(_, let operand): walk(operand, in: function)
        case .binary(_, let left, let right): walk([left, right], in: function)
        case .parenthesised(let inner): walk(inner, in: function)
        case .operands(let operands): walk(operands, in: function)
        case .table(let fields):
            for field in fields {
                if case .computed(let key) = field.key { walk(key, in: function) }
                walk(field.value, in: function)
            }
        }
    }
}
