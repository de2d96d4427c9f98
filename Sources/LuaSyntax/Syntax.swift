/// A whole program, parsed.
package struct LuaProgram {
    package var body: Block
    /// Every comment, in order.
    package var comments: [Comment]
    /// Every function of the program, outer before inner; the first is the program itself.
    package var functions: [Function]
}

/// Statements in one scope.
package struct Block {
    package var statements: [Statement] = []
    package var range: Range<Int>
}

/// A name as it is written somewhere.
package struct Name: Hashable {
    package var text: String
    package var range: Range<Int>
}

/// A local variable, a parameter or a loop's variable.
package final class Variable {
    package enum Role { case local, function, parameter, loop }
    package enum Attribute: String { case const, close }

    package let name: Name
    package let role: Role
    package let attribute: Attribute?
    /// The function that it belongs to.
    package unowned let owner: Function

    package init(_ name: Name, role: Role, attribute: Attribute? = nil, owner: Function) {
        self.name = name
        self.role = role
        self.attribute = attribute
        self.owner = owner
    }
}

/// A function's parameters and body; also the program as a whole.
package final class Function {
    /// The parameters, a method's `self` first.
    package internal(set) var parameters: [Variable] = []
    package internal(set) var isVariadic = false
    /// Whether it was written with a colon and so has a hidden `self`.
    package let isMethod: Bool
    package internal(set) var body = Block(range: 0..<0)
    package internal(set) var range: Range<Int>
    /// The function around it; nil: the program.
    package unowned let parent: Function?

    init(parent: Function?, isMethod: Bool = false, start: Int) {
        self.parent = parent
        self.isMethod = isMethod
        range = start..<start
    }
}

package struct Statement {
    package indirect enum Kind {
        case local([Variable], [Expression])
        case assign([Expression], [Expression])
        case call(Expression)
        case doBlock(Block)
        case whileLoop(Expression, Block)
        /// The condition sees the block's variables.
        case repeatLoop(Block, until: Expression)
        case branches([(condition: Expression, block: Block)], otherwise: Block?)
        case countingLoop(Variable, from: Expression, to: Expression, step: Expression?, Block)
        case walkingLoop([Variable], [Expression], Block)
        /// `function a.b:c() … end`; the target as an expression.
        case function(Expression, Function)
        case localFunction(Variable, Function)
        case returns([Expression])
        case breaks
        case jump(Name)
        case label(Name)
    }
    package var kind: Kind
    package var range: Range<Int>
}

package struct Expression {
    package indirect enum Kind {
        case nothing
        case boolean(Bool)
        case number(Numeral)
        case text(String)
        /// `...`
        case rest
        case function(Function)
        case local(Variable)
        case global(String)
        /// `a[b]`, and `a.b` with a text for a key.
        case index(Expression, key: Expression, isDotted: Bool)
        case call(Call)
        case unary(Mark, Expression)
        case binary(Mark, Expression, Expression)
        case parenthesised(Expression)
        case table([TableField])
        /// The operands of a chain of operators that is too long to nest; how they group is forgotten.
        case operands([Expression])
    }
    package var kind: Kind
    package var range: Range<Int>
    package init(kind: Kind, range: Range<Int>) {
        self.kind = kind
        self.range = range
    }
}

/// `f(…)`, `f{…}`, `f"…"` or `a:f(…)`.
package final class Call {
    package enum Style { case parentheses, table, text }
    /// The function, or for a method the object.
    package let callee: Expression
    package let method: Name?
    package let arguments: [Expression]
    package let style: Style
    /// Where the arguments begin.
    package let open: Int

    init(
        callee: Expression, method: Name?, arguments: [Expression], style: Style, open: Int
    ) {
        self.callee = callee
        self.method = method
        self.arguments = arguments
        self.style = style
        self.open = open
    }
}

package struct TableField {
    package enum Key {
        /// `{value}`
        case position
        /// `{name = value}`
        case name(Name)
        /// `{[key] = value}`
        case computed(Expression)
    }
    package var key: Key
    package var value: Expression
}
