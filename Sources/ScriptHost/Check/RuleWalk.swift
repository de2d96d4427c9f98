internal import LuaSyntax

/// Takes the rules that look at one place through a file.
final class RuleWalk: SyntaxVisitor {
    private let checker: Checker

    init(_ checker: Checker) { self.checker = checker }

    func visit(_ block: Block, in function: Function) { checker.checkReachability(block) }

    func visit(_ statement: Statement, in function: Function) {
        switch statement.kind {
        case .assign(let targets, let values):
            for (index, target) in targets.enumerated() {
                checker.checkTarget(target)
                guard index < values.count else { continue }
                checker.checkKept(values[index], in: target, function)
            }
        case .function(let target, let inner):
            checker.checkTarget(target)
            let value = Expression(kind: .function(inner), range: target.range)
            checker.checkKept(value, in: target, function)
        case .local(let variables, let values):
            for (variable, value) in zip(variables, values) {
                checker.checkNewIndicator(value, variable, function)
            }
        default: break
        }
    }

    func visit(_ expression: Expression, as use: Use, in function: Function) {
        switch expression.kind {
        case .index(let table, let key, _):
            checker.checkField(key, of: table, expression, use)
        case .call(let call):
            checker.checkCall(call, at: expression.range)
            checker.checkAmbiguity(call)
            checker.checkPutting(call)
            if use == .dropped { checker.checkDropped(expression, call) }
            if case .call(let maker) = call.callee.bare.kind {
                checker.checkImmediateIndicator(maker, at: call.callee.range, function)
            }
        case .binary(let mark, let left, let right):
            checker.checkOperands(mark, left, right)
        default: break
        }
    }
}
