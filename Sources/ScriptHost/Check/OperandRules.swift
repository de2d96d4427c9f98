internal import LuaSyntax

// Operators, and code that cannot run or is read otherwise than it looks.

extension Checker {
    func checkOperands(_ mark: Mark, _ left: Expression, _ right: Expression) {
        let leftKind = kinds.kind(of: left)
        let rightKind = kinds.kind(of: right)
        switch mark {
        case .and, .or: return
        case .equal, .notEqual:
            checkComparedText(left, rightKind, leftKind, right)
            checkComparedText(right, leftKind, rightKind, left)
        case .less, .greater, .lessOrEqual, .greaterOrEqual:
            if refuseOperand(left, leftKind, "compared") { return }
            if refuseOperand(right, rightKind, "compared") { return }
            checkComparison(left, leftKind, right, rightKind)
        case .concatenate:
            if refuseOperand(left, leftKind, "joined to a text") { return }
            _ = refuseOperand(right, rightKind, "joined to a text")
        default:
            if refuseOperand(left, leftKind, "used in arithmetic") { return }
            _ = refuseOperand(right, rightKind, "used in arithmetic")
        }
    }

    /// Refuses what has neither a number nor a text to offer; true: it did.
    private func refuseOperand(_ operand: Expression, _ kind: ValueKind, _ verb: String) -> Bool {
        var suggestion: String?
        switch kind.present {
        case .function, .library, .boolean, .intent, .thread: break
        case .nothing: guard operand.bare.isNil else { return false }
        case .api(let function): suggestion = "call it: \(function.signature)"
        case .indicator:
            suggestion = "call it: \(operand.shownName ?? "it")(value) is what it says now"
        case .view(let view):
            let field = ScriptApi.recordByName[view]?.fields.first {
                ["price", "close", "mid", "qty", "last", "value"].contains($0.name)
            }
            suggestion = field.map {
                "use a field, such as \(operand.shownName ?? view).\($0.name)"
            }
        default: return false
        }
        let words = kind.words ?? "this"
        add(.operandType, operand.range, "\(words) cannot be \(verb)", suggestion: suggestion)
        return true
    }

    private func checkComparison(
        _ left: Expression, _ leftKind: ValueKind, _ right: Expression, _ rightKind: ValueKind
    ) {
        let isMixed: Bool
        switch (leftKind, rightKind) {
        case (.number, .text), (.text, .number), (.number, .choice), (.choice, .number):
            isMixed = true
        default: isMixed = false
        }
        guard isMixed else { return }
        add(
            .operandType, left.range.lowerBound..<right.range.upperBound,
            "a number cannot be compared with a text", suggestion: "tonumber(text) reads one")
    }

    /// A field that has a few texts, against a text that is none of them.
    private func checkComparedText(
        _ literal: Expression, _ kind: ValueKind, _ literalKind: ValueKind, _ other: Expression
    ) {
        guard let text = literal.literalText, case .choice(let choices) = kind.present,
            !choices.contains(text)
        else { return }
        var what = "this"
        if case .index(let table, let key, _) = other.kind, let field = key.literalText {
            what = "`\(table.shownName ?? "…").\(field)`"
        }
        refuseChoice(text, choices, literal.range, what)
    }

    // MARK: - Reachability

    func checkReachability(_ block: Block) {
        for (index, statement) in block.statements.enumerated().dropLast() {
            guard ends(statement) else { continue }
            let next = block.statements[index + 1]
            // A jump may lead to a label.
            if case .label = next.kind { return }
            let hasLabel = block.statements[(index + 1)...].contains { statement in
                if case .label = statement.kind { true } else { false }
            }
            let last = block.statements[block.statements.count - 1]
            add(
                .unreachable, next.range.lowerBound..<(hasLabel ? next : last).range.upperBound,
                "this never runs: what stands above it always leaves")
            return
        }
    }

    /// Whether nothing behind the statement is ever reached.
    private func ends(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .returns, .breaks, .jump: return true
        case .doBlock(let block): return ends(block)
        case .branches(let parts, let otherwise):
            guard let otherwise, ends(otherwise) else { return false }
            return parts.allSatisfy { ends($0.block) }
        case .whileLoop(let condition, let block):
            guard case .boolean(true) = condition.kind else { return false }
            return !leaves(block)
        case .call(let call):
            guard case .call(let call) = call.kind, case .global("error") = call.callee.kind else {
                return false
            }
            return facts.globalBindings["error"] == nil
        default: return false
        }
    }

    private func ends(_ block: Block) -> Bool {
        let hasLabel = block.statements.contains { statement in
            if case .label = statement.kind { true } else { false }
        }
        return !hasLabel && (block.statements.last.map(ends) ?? false)
    }

    /// Whether a loop's block has a way out of the loop other than a return.
    private func leaves(_ block: Block) -> Bool {
        block.statements.contains { statement in
            switch statement.kind {
            case .breaks, .jump: true
            case .doBlock(let inner): leaves(inner)
            case .branches(let parts, let otherwise):
                parts.contains { leaves($0.block) } || (otherwise.map(leaves) ?? false)
            // A break in an inner loop stays in it; a goto may go anywhere.
            case .whileLoop(_, let inner), .repeatLoop(let inner, _),
                .countingLoop(_, _, _, _, let inner), .walkingLoop(_, _, let inner):
                jumps(inner)
            default: false
            }
        }
    }

    private func jumps(_ block: Block) -> Bool {
        block.statements.contains { statement in
            switch statement.kind {
            case .jump: true
            case .doBlock(let inner), .whileLoop(_, let inner), .repeatLoop(let inner, _),
                .countingLoop(_, _, _, _, let inner), .walkingLoop(_, _, let inner):
                jumps(inner)
            case .branches(let parts, let otherwise):
                parts.contains { jumps($0.block) } || (otherwise.map(jumps) ?? false)
            default: false
            }
        }
    }

    /// `f` at the end of a line and `(` at the beginning of the next are one call.
    func checkAmbiguity(_ call: Call) {
        let end = (call.method?.range ?? call.callee.range).upperBound
        guard call.style == .parentheses, file.line(of: end) < file.line(of: call.open) else {
            return
        }
        add(
            .ambiguousCall, call.open..<call.open + 1,
            "this parenthesis calls what stands on the line before",
            suggestion: "put a `;` before it, or join the lines")
    }
}
