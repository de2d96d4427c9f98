// Which names are variables where, and which jumps are allowed: the compiler's own bookkeeping.

/// A function while it is parsed.
final class FunctionScope {
    let function: Function
    let parent: FunctionScope?
    /// The variables in sight, the innermost last; hidden ones of loops are nil.
    private(set) var active: [Variable?] = []
    private var blocks: [BlockScope] = []
    private var labels: [Label] = []
    private var jumps: [Jump] = []

    /// More variables in one function than the virtual machine has room for.
    private static let mostVariables = 200

    private struct BlockScope {
        var activeCount: Int
        var firstLabel: Int
        var firstJump: Int
        var isLoop: Bool
    }
    private struct Label {
        var name: String
        var activeCount: Int
    }
    /// A `goto` or `break` whose label was not met yet; a `break` waits for the loop's end.
    private struct Jump {
        var name: String?
        var range: Range<Int>
        var activeCount: Int
    }

    init(_ function: Function, parent: FunctionScope?) {
        self.function = function
        self.parent = parent
    }

    // MARK: - Variables

    func activate(_ variables: [Variable]) throws(SyntaxError) {
        for variable in variables {
            active.append(variable)
            try checkCount(at: variable.name.range)
        }
    }

    /// Makes room for the variables that a loop has for itself.
    func activateHidden(_ count: Int, at range: Range<Int>) throws(SyntaxError) {
        active += [Variable?](repeating: nil, count: count)
        try checkCount(at: range)
    }

    private func checkCount(at range: Range<Int>) throws(SyntaxError) {
        guard active.count <= Self.mostVariables else {
            throw SyntaxError(
                "too many local variables (limit is \(Self.mostVariables)) in one function",
                at: range)
        }
    }

    /// The innermost variable of the name, here or in a function around; nil: it is a global.
    func variable(_ name: String) -> Variable? {
        for candidate in active.reversed() {
            if let candidate, candidate.name.text == name { return candidate }
        }
        return parent?.variable(name)
    }

    // MARK: - Blocks, labels and jumps

    func enterBlock(isLoop: Bool = false) {
        blocks.append(
            BlockScope(
                activeCount: active.count, firstLabel: labels.count, firstJump: jumps.count,
                isLoop: isLoop))
    }

    func leaveBlock() throws(SyntaxError) {
        let block = blocks.removeLast()
        active.removeLast(active.count - block.activeCount)
        if block.isLoop {  // its breaks land here
            let first = block.firstJump
            jumps = Array(jumps[..<first] + jumps[first...].filter { $0.name != nil })
        }
        labels.removeLast(labels.count - block.firstLabel)
        for index in block.firstJump..<jumps.count {
            jumps[index].activeCount = block.activeCount
        }
        guard blocks.isEmpty, let jump = jumps.first else { return }
        guard let name = jump.name else {
            throw SyntaxError("break outside a loop", at: jump.range)
        }
        throw SyntaxError("no visible label '\(name)' for <goto>", at: jump.range)
    }

    func breakLoop(at range: Range<Int>) {
        jumps.append(Jump(name: nil, range: range, activeCount: active.count))
    }

    func jump(to name: Name) {
        guard !labels.contains(where: { $0.name == name.text }) else { return }
        jumps.append(Jump(name: name.text, range: name.range, activeCount: active.count))
    }

    /// Takes a label in; `isLast`: only the block's end follows, where its variables are gone.
    func addLabel(_ name: Name, isLast: Bool) throws(SyntaxError) {
        guard !labels.contains(where: { $0.name == name.text }) else {
            throw SyntaxError("label '\(name.text)' already defined", at: name.range)
        }
        guard let block = blocks.last else { preconditionFailure("a label stands in a block") }
        let count = isLast ? block.activeCount : active.count
        labels.append(Label(name: name.text, activeCount: count))
        for jump in jumps[block.firstJump...] where jump.name == name.text {
            guard jump.activeCount >= count else {
                let local = active[jump.activeCount]?.name.text ?? "?"
                throw SyntaxError(
                    "<goto \(name.text)> jumps into the scope of local '\(local)'", at: jump.range)
            }
        }
        let first = block.firstJump
        jumps = Array(jumps[..<first] + jumps[first...].filter { $0.name != name.text })
    }
}
