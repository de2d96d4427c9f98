// Statements.

extension Parser {
    /// A block with a scope of its own.
    mutating func block(isLoop: Bool = false) throws(SyntaxError) -> Block {
        scope.enterBlock(isLoop: isLoop)
        let block = try statements()
        try scope.leaveBlock()
        return block
    }

    /// Whether a token ends the block at hand.
    func endsBlock(includingUntil: Bool) -> Bool {
        switch token {
        case .end, .mark(.end), .mark(.else), .mark(.elseif): true
        case .mark(.until): includingUntil
        default: false
        }
    }

    mutating func statements() throws(SyntaxError) -> Block {
        var block = Block(range: range)
        let start = range.lowerBound
        while !endsBlock(includingUntil: true) {
            if sees(.return) {
                block.statements.append(try returnStatement())
                break
            }
            let statement = try nested { parser throws(SyntaxError) in try parser.statement() }
            if let statement { block.statements.append(statement) }
        }
        block.range = located(from: start)
        return block
    }

    /// One statement; nil for a lone semicolon.
    private mutating func statement() throws(SyntaxError) -> Statement? {
        let start = range.lowerBound
        let kind: Statement.Kind
        switch token {
        case .mark(.semicolon):
            try advance()
            return nil
        case .mark(.if): kind = try branches()
        case .mark(.while): kind = try whileLoop()
        case .mark(.do):
            let word = range
            try advance()
            kind = .doBlock(try block())
            try close(.end, opener: .do, at: word)
        case .mark(.for): kind = try forLoop()
        case .mark(.repeat): kind = try repeatLoop()
        case .mark(.function): kind = try functionStatement()
        case .mark(.local): kind = try local()
        case .mark(.doubleColon): kind = try label()
        case .mark(.break):
            scope.breakLoop(at: range)
            try advance()
            kind = .breaks
        case .mark(.goto):
            try advance()
            let name = try name()
            scope.jump(to: name)
            kind = .jump(name)
        default: kind = try expressionStatement()
        }
        return Statement(kind: kind, range: located(from: start))
    }

    private mutating func returnStatement() throws(SyntaxError) -> Statement {
        let start = range.lowerBound
        try advance()
        var values: [Expression] = []
        if !endsBlock(includingUntil: true), !sees(.semicolon) { values = try expressions() }
        let statement = Statement(kind: .returns(values), range: located(from: start))
        _ = try consume(.semicolon)
        guard endsBlock(includingUntil: true) else {
            var error = expected("<eof>")
            if scope.parent != nil { error = expected("'end'") }
            error.suggestion = "`return` must be the last statement of its block"
            throw error
        }
        return statement
    }

    private mutating func branches() throws(SyntaxError) -> Statement.Kind {
        let word = range
        var parts: [(condition: Expression, block: Block)] = []
        repeat {
            try advance()  // `if` or `elseif`
            let condition = try expression()
            try require(.then)
            parts.append((condition, try block()))
        } while sees(.elseif)
        var otherwise: Block?
        if try consume(.else) { otherwise = try block() }
        try close(.end, opener: .if, at: word)
        return .branches(parts, otherwise: otherwise)
    }

    private mutating func whileLoop() throws(SyntaxError) -> Statement.Kind {
        let word = range
        try advance()
        let condition = try expression()
        try require(.do)
        let body = try block(isLoop: true)
        try close(.end, opener: .while, at: word)
        return .whileLoop(condition, body)
    }

    private mutating func repeatLoop() throws(SyntaxError) -> Statement.Kind {
        let word = range
        try advance()
        scope.enterBlock(isLoop: true)
        scope.enterBlock()
        let body = try statements()
        try close(.until, opener: .repeat, at: word)
        let condition = try expression()
        try scope.leaveBlock()
        try scope.leaveBlock()
        return .repeatLoop(body, until: condition)
    }

    private mutating func forLoop() throws(SyntaxError) -> Statement.Kind {
        let word = range
        try advance()
        let first = try name()
        scope.enterBlock(isLoop: true)
        let kind: Statement.Kind
        switch token {
        case .mark(.assign): kind = try countingLoop(first)
        case .mark(.comma), .mark(.in): kind = try walkingLoop(first)
        default: throw expected("'=' or 'in'")
        }
        try close(.end, opener: .for, at: word)
        try scope.leaveBlock()
        return kind
    }

    private mutating func countingLoop(_ name: Name) throws(SyntaxError) -> Statement.Kind {
        try advance()
        let from = try expression()
        try require(.comma)
        let to = try expression()
        let step = try consume(.comma) ? try expression() : nil
        try scope.activateHidden(3, at: name.range)
        let variable = Variable(name, role: .loop, owner: scope.function)
        let body = try loopBody([variable])
        return .countingLoop(variable, from: from, to: to, step: step, body)
    }

    private mutating func walkingLoop(_ first: Name) throws(SyntaxError) -> Statement.Kind {
        var names = [first]
        while try consume(.comma) { names.append(try name()) }
        try require(.in)
        let values = try expressions()
        try scope.activateHidden(4, at: first.range)
        let variables = names.map { Variable($0, role: .loop, owner: scope.function) }
        return .walkingLoop(variables, values, try loopBody(variables))
    }

    private mutating func loopBody(_ variables: [Variable]) throws(SyntaxError) -> Block {
        try require(.do)
        scope.enterBlock()
        try scope.activate(variables)
        let body = try block()
        try scope.leaveBlock()
        return body
    }

    private mutating func functionStatement() throws(SyntaxError) -> Statement.Kind {
        let word = range
        try advance()
        var target = try variableReference()
        var isMethod = false
        while sees(.dot) || sees(.colon) {
            isMethod = sees(.colon)
            try advance()
            target = index(target, try name())
            if isMethod { break }
        }
        let function = try functionBody(
            isMethod: isMethod, start: word.lowerBound, word: word)
        try checkAssignable(target)
        return .function(target, function)
    }

    private mutating func local() throws(SyntaxError) -> Statement.Kind {
        let start = range.lowerBound
        try advance()
        if sees(.function) {
            let word = range
            try advance()
            let variable = Variable(try name(), role: .function, owner: scope.function)
            try scope.activate([variable])  // its body may call it
            return .localFunction(
                variable, try functionBody(isMethod: false, start: start, word: word))
        }
        var variables: [Variable] = []
        var closeCount = 0
        repeat {
            let name = try name()
            let attribute = try attribute()
            if attribute == .close { closeCount += 1 }
            guard closeCount < 2 else {
                throw SyntaxError(
                    "multiple to-be-closed variables in local list", at: name.range)
            }
            variables.append(
                Variable(name, role: .local, attribute: attribute, owner: scope.function))
        } while try consume(.comma)
        let values = try consume(.assign) ? try expressions() : []
        try scope.activate(variables)  // the values do not see them yet
        return .local(variables, values)
    }

    private mutating func attribute() throws(SyntaxError) -> Variable.Attribute? {
        guard try consume(.less) else { return nil }
        let name = try name()
        guard let attribute = Variable.Attribute(rawValue: name.text) else {
            throw SyntaxError(
                "unknown attribute '\(name.text)'", at: name.range,
                suggestion: "there are <const> and <close>")
        }
        try require(.greater)
        return attribute
    }

    private mutating func label() throws(SyntaxError) -> Statement.Kind {
        try advance()
        let name = try name()
        try require(.doubleColon)
        // Labels and semicolons behind it do nothing either: it may still be the last.
        var rest = self
        while rest.sees(.semicolon) || rest.sees(.doubleColon) {
            if try rest.consume(.semicolon) { continue }
            try rest.advance()
            _ = try rest.name()
            try rest.require(.doubleColon)
        }
        try scope.addLabel(name, isLast: rest.endsBlock(includingUntil: false))
        return .label(name)
    }

    private mutating func expressionStatement() throws(SyntaxError) -> Statement.Kind {
        let first = try suffixedExpression()
        guard sees(.assign) || sees(.comma) else {
            guard case .call = first.kind else { throw syntaxError(at: range) }
            return .call(first)
        }
        var targets = [first]
        try checkAssignable(first)
        while try consume(.comma) {
            let target = try suffixedExpression()
            try checkAssignable(target)
            targets.append(target)
        }
        try require(.assign)
        return .assign(targets, try expressions())
    }

    /// Refuses what cannot stand left of `=`.
    private func checkAssignable(_ target: Expression) throws(SyntaxError) {
        switch target.kind {
        case .global, .index: return
        case .local(let variable):
            guard variable.attribute != nil else { return }
            throw SyntaxError(
                "attempt to assign to const variable '\(variable.name.text)'", at: target.range)
        default: throw syntaxError(at: range)
        }
    }
}
