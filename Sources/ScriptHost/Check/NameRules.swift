internal import LuaSyntax

// Globals and local variables: unknown, unused, nearly a handler's.

extension Checker {
    func checkGlobals() {
        guard !facts.usesEnvironment else { return }
        let assigned = Set(facts.globalBindings.keys)
        let known = ScriptApi.globals + assigned
        for (name, mentions) in facts.globalReads.sorted(by: { $0.key < $1.key })
        where !assigned.contains(name) && !ScriptApi.globals.contains(name) {
            reportUnknown(name, mentions, known)
        }
        for (name, bindings) in facts.globalBindings.sorted(by: { $0.key < $1.key })
        where !ScriptApi.globals.contains(name) {
            checkAssigned(name, bindings)
        }
    }

    private func reportUnknown(
        _ name: String, _ mentions: [Facts.Mention], _ known: [String]
    ) {
        let withheld = ScriptApi.withheld.first { $0.name == name }
        let message =
            withheld == nil ? "unknown global `\(name)`" : "`\(name)` is not offered to strategies"
        let suggestion = withheld?.reason ?? likely(name, mentions, known)
        for mention in mentions {
            add(.unknownGlobal, in: mention.file, mention.range, message, suggestion: suggestion)
        }
    }

    /// What an unknown global was meant to be: a global, or else a local variable of its file.
    private func likely(
        _ name: String, _ mentions: [Facts.Mention], _ known: [String]
    ) -> String {
        if let near = suggestion(for: name, among: known) { return near }
        let files = Set(mentions.map { ObjectIdentifier($0.file) })
        let locals = files.map { facts.localNames[$0, default: []] }
        if locals.contains(where: { $0.contains(name) }) {
            return "the local variable of that name is declared elsewhere"
        }
        return suggestion(for: name, among: locals.joined())
            ?? "no file of the script assigns it"
    }

    /// A global of the script: a handler, nearly one, or a value that someone should read.
    private func checkAssigned(_ name: String, _ bindings: [Facts.Binding]) {
        let isFunction = bindings.contains { binding in
            if case .function? = binding.value?.kind { true } else { false }
        }
        if let handler = ScriptApi.handlerByName[name] {
            checkHandlerBindings(handler, bindings)
            return
        }
        let names = ScriptApi.handlers.map(\.name)
        let isRead = facts.globalReads[name] != nil || ScriptApi.readByHost.contains(name)
        if isFunction, !isRead || name.hasPrefix("on_") {
            if let near = nearestName(to: name, among: names) {
                for binding in bindings {
                    add(
                        .misspeltHandler, in: binding.file, binding.range,
                        "`\(name)` is not a handler and would never be called",
                        suggestion: "did you mean `\(near)`?")
                }
                return
            }
            if name.hasPrefix("on_"), !isRead {
                for binding in bindings {
                    add(
                        .unknownHandler, in: binding.file, binding.range,
                        "`\(name)` is not a handler",
                        suggestion: "the handlers are " + names.joined(separator: ", "))
                }
                return
            }
        }
        guard !isRead, let binding = bindings.first else { return }
        add(
            .unusedGlobal, in: binding.file, binding.range,
            "the global `\(name)` is \(isFunction ? "defined and never called" : "never read")",
            suggestion: facts.globalReads.isEmpty ? nil : nearRead(name))
    }

    /// A name that is read and not assigned, and so may be what was meant.
    private func nearRead(_ name: String) -> String? {
        suggestion(for: name, among: facts.unassignedReads)
    }

    private func checkHandlerBindings(_ handler: ApiHandler, _ bindings: [Facts.Binding]) {
        if let last = bindings.lastIndex(where: isAlwaysReached) {
            for binding in bindings[..<last] where isAlwaysReached(binding) {
                guard binding.value?.isNil == false else { continue }
                add(
                    .duplicateHandler, in: binding.file, binding.range,
                    "`\(handler.name)` is defined again below, which replaces this one")
            }
        }
        checkLate(handler, bindings)
        for binding in bindings {
            guard let value = binding.value else { continue }
            switch value.kind {
            case .function(let function):
                let extra = function.parameters.dropFirst(handler.parameters.count)
                guard let first = extra.first else { continue }
                add(
                    .handlerArguments, in: binding.file, first.name.range,
                    "`\(first.name.text)` is always nil: the call is \(handler.signature)")
            default: checkHandlerValue(value, binding, handler)
            }
        }
    }

    private func checkHandlerValue(
        _ value: Expression, _ binding: Facts.Binding, _ handler: ApiHandler
    ) {
        let kind = kinds.kind(of: value, result: binding.result)
        switch kind {
        case .number, .text, .choice, .boolean, .table, .record, .list, .parameters, .intent, .view,
            .library, .thread:
            add(
                .argumentType, in: binding.file, binding.range,
                "the global `\(handler.name)` is \(kind.words ?? "a value"), expected the handler "
                    + "function")
        default: break
        }
    }

    /// Whether the load comes by an assignment: a statement of the file itself, in no block.
    private func isAlwaysReached(_ binding: Facts.Binding) -> Bool {
        guard binding.function.parent == nil else { return false }
        return (binding.file.program?.body.statements ?? []).contains { statement in
            guard statement.range.contains(binding.range.lowerBound) else { return false }
            switch statement.kind {
            case .assign, .function: return true
            default: return false
            }
        }
    }

    /// The feeds that a script hears go by the handlers that it has when it has loaded.
    private func checkLate(_ handler: ApiHandler, _ bindings: [Facts.Binding]) {
        guard handler.feed != nil, let loaded, !loaded.hasHandler(named: handler.name) else {
            return
        }
        for binding in bindings where binding.function.parent != nil {
            guard binding.value?.isNil == false else { continue }
            add(
                .lateHandler, in: binding.file, binding.range,
                "`\(handler.name)` cannot begin here: which feeds a script hears is settled when "
                    + "it has loaded",
                suggestion: "define it outside of the handlers, and exchange it here")
        }
    }

    // MARK: - Local variables

    func checkLocals() {
        for (variables, mention) in facts.declarations {
            for (index, variable) in variables.enumerated() {
                guard !isNeeded(variable), !variables[(index + 1)...].contains(where: isNeeded)
                else { continue }
                file = mention.file
                report(unread: variable)
            }
        }
        for parameterFile in files { file = parameterFile }
    }

    /// Whether the variable is read, or says by its name or attribute that it need not be.
    private func isNeeded(_ variable: Variable) -> Bool {
        !facts.reads(of: variable).isEmpty || variable.name.text.hasPrefix("_")
            || variable.attribute == .close
    }

    private func report(unread variable: Variable) {
        let name = variable.name.text
        let bindings = facts.bindings(of: variable)
        if let handler = ScriptApi.handlerByName[name], facts.globalBindings[name] == nil,
            variable.owner.parent == nil, case .function? = bindings.first?.value?.kind
        {
            add(
                .localHandler, variable.name.range,
                "`\(handler.name)` is local here and would never be called",
                suggestion: "write function \(handler.signature), without `local`")
            return
        }
        for binding in bindings {
            guard let value = binding.value,
                case .intent = kinds.kind(of: value, result: binding.result).present
            else { continue }
            add(
                .unreturnedIntent, variable.name.range,
                "the intent in `\(name)` is neither returned nor kept",
                suggestion: "return it: only what a handler returns is acted on")
            return
        }
        // Written elsewhere with names behind it that are read, it holds their place.
        let isAssigned = bindings.contains { $0.range != variable.name.range }
        let what =
            variable.role == .function
            ? "is never called" : isAssigned ? "is assigned and never read" : "is never read"
        add(
            .unusedLocal, variable.name.range, "`\(name)` \(what)",
            suggestion: variable.role == .function ? nil : "a name that begins with `_` says so")
    }
}
