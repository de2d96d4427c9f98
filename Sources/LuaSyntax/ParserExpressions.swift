// Expressions.

extension Parser {
    mutating func expressions() throws(SyntaxError) -> [Expression] {
        var list = [try expression()]
        while try consume(.comma) { list.append(try expression()) }
        return list
    }

    mutating func expression() throws(SyntaxError) -> Expression {
        try operation(above: 0)
    }

    /// How tightly operators bind, to the left and to the right: `..` and `^` lean to the right.
    private static let priorities: [Mark: (left: Int, right: Int)] = [
        .or: (1, 1), .and: (2, 2),
        .equal: (3, 3), .notEqual: (3, 3), .less: (3, 3), .greater: (3, 3), .lessOrEqual: (3, 3),
        .greaterOrEqual: (3, 3),
        .bar: (4, 4), .tilde: (5, 5), .ampersand: (6, 6), .shiftLeft: (7, 7), .shiftRight: (7, 7),
        .concatenate: (9, 8), .plus: (10, 10), .minus: (10, 10),
        .times: (11, 11), .divide: (11, 11), .floorDivide: (11, 11), .modulo: (11, 11),
        .power: (14, 13),
    ]
    private static let unaryPriority = 12

    /// An expression of operators that bind more tightly than `limit`.
    private mutating func operation(above limit: Int) throws(SyntaxError) -> Expression {
        try nested { parser throws(SyntaxError) in
            let start = parser.range.lowerBound
            var left: Expression
            var length = 0
            var rest: [Expression] = []
            switch parser.token {
            case .mark(let mark) where [.not, .minus, .tilde, .length].contains(mark):
                try parser.advance()
                let operand = try parser.operation(above: Self.unaryPriority)
                left = Expression(
                    kind: .unary(mark, operand), range: parser.located(from: start))
            default: left = try parser.simpleExpression()
            }
            while case .mark(let mark) = parser.token, let priority = Self.priorities[mark],
                priority.left > limit
            {
                try parser.advance()
                let right = try parser.operation(above: priority.right)
                length += 1
                if length > Self.longestChain {
                    rest.append(right)
                } else {
                    left = Expression(
                        kind: .binary(mark, left, right), range: parser.located(from: start))
                }
            }
            guard !rest.isEmpty else { return left }
            return Expression(kind: .operands([left] + rest), range: parser.located(from: start))
        }
    }

    /// How many operators, or fields and calls, in a row are nested.
    ///
    /// Who walks the tree must not run out of stack: longer chains of operators become flat, and
    /// longer chains of fields and calls are refused.
    private static let longestChain = 1_000

    private mutating func simpleExpression() throws(SyntaxError) -> Expression {
        let start = range.lowerBound
        let kind: Expression.Kind
        switch token {
        case .number(let numeral): kind = .number(numeral)
        case .text(let text): kind = .text(text)
        case .mark(.nil): kind = .nothing
        case .mark(.true): kind = .boolean(true)
        case .mark(.false): kind = .boolean(false)
        case .mark(.ellipsis):
            guard scope.function.isVariadic else {
                throw SyntaxError(
                    "cannot use '...' outside a vararg function near '...'", at: range)
            }
            kind = .rest
        case .mark(.openBrace): return try table()
        case .mark(.function):
            let word = range
            try advance()
            let function = try functionBody(isMethod: false, start: start, word: word)
            return Expression(kind: .function(function), range: located(from: start))
        default: return try suffixedExpression()
        }
        try advance()
        return Expression(kind: kind, range: located(from: start))
    }

    // MARK: - Names, fields and calls

    /// A name as a variable, or as a global, which is a field of `_ENV`.
    mutating func variableReference() throws(SyntaxError) -> Expression {
        let name = try name()
        if let variable = scope.variable(name.text) {
            return Expression(kind: .local(variable), range: name.range)
        }
        if let environment = scope.variable("_ENV") {
            let table = Expression(kind: .local(environment), range: name.range)
            return index(table, name)
        }
        return Expression(kind: .global(name.text), range: name.range)
    }

    func index(_ table: Expression, _ name: Name) -> Expression {
        Expression(
            kind: .index(
                table, key: Expression(kind: .text(name.text), range: name.range), isDotted: true),
            range: table.range.lowerBound..<name.range.upperBound)
    }

    mutating func suffixedExpression() throws(SyntaxError) -> Expression {
        let start = range.lowerBound
        var expression = try primaryExpression()
        var length = 0
        while true {
            length += 1
            guard length <= Self.longestChain else {
                throw SyntaxError("more than 1,000 fields and calls in a row", at: range)
            }
            switch token {
            case .mark(.dot):
                try advance()
                expression = index(expression, try name())
            case .mark(.openBracket):
                try advance()
                let key = try self.expression()
                try require(.closeBracket)
                expression = Expression(
                    kind: .index(expression, key: key, isDotted: false),
                    range: located(from: start))
            case .mark(.colon):
                try advance()
                let method = try name()
                expression = try call(expression, method: method, start: start)
            case .mark(.openParenthesis), .mark(.openBrace), .text:
                expression = try call(expression, method: nil, start: start)
            default: return expression
            }
        }
    }

    private mutating func primaryExpression() throws(SyntaxError) -> Expression {
        let start = range.lowerBound
        switch token {
        case .name: return try variableReference()
        case .mark(.openParenthesis):
            let open = range
            try advance()
            let inner = try expression()
            try close(.closeParenthesis, opener: .openParenthesis, at: open)
            return Expression(kind: .parenthesised(inner), range: located(from: start))
        default: throw unexpected()
        }
    }

    private mutating func call(
        _ callee: Expression, method: Name?, start: Int
    ) throws(SyntaxError) -> Expression {
        let open = range
        let arguments: [Expression]
        let style: Call.Style
        switch token {
        case .text(let text):
            try advance()
            arguments = [Expression(kind: .text(text), range: open)]
            style = .text
        case .mark(.openBrace):
            arguments = [try table()]
            style = .table
        case .mark(.openParenthesis):
            try advance()
            arguments = sees(.closeParenthesis) ? [] : try expressions()
            try close(.closeParenthesis, opener: .openParenthesis, at: open)
            style = .parentheses
        default: throw expected("function arguments")
        }
        let call = Call(
            callee: callee, method: method, arguments: arguments, style: style,
            open: open.lowerBound)
        return Expression(kind: .call(call), range: located(from: start))
    }

    // MARK: - Tables

    private mutating func table() throws(SyntaxError) -> Expression {
        let open = range
        var fields: [TableField] = []
        try require(.openBrace)
        while !sees(.closeBrace) {
            fields.append(try tableField())
            if try consume(.comma) { continue }
            guard try consume(.semicolon) else { break }
        }
        try close(.closeBrace, opener: .openBrace, at: open)
        return Expression(kind: .table(fields), range: located(from: open.lowerBound))
    }

    private mutating func tableField() throws(SyntaxError) -> TableField {
        if case .name(let text) = token, try peek() == .mark(.assign) {
            let name = Name(text: text, range: range)
            try advance()
            try advance()
            return TableField(key: .name(name), value: try expression())
        }
        if try consume(.openBracket) {
            let key = try expression()
            try require(.closeBracket)
            try require(.assign)
            return TableField(key: .computed(key), value: try expression())
        }
        return TableField(key: .position, value: try expression())
    }
}
