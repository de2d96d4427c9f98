// The API as annotations for the Lua language server (LuaLS), which editors use.
// Source of the tags: LuaLS's page on annotations, read on 2026-11-21.

extension ApiDocuments {
    /// `.moonrunner/library/moonrunner.lua`.
    public static var languageServer: String {
        var lines = [
            "---@meta", "-- Moonrunner's script API for editors, written by `runner new`.", "",
            "---What a handler may return.",
            "---@alias moonrunner.Intents moonrunner.Intent|(moonrunner.Intent|false|nil)[]|false|nil",
            "",
        ]
        for record in ScriptApi.records { lines += record.annotation }
        lines += [
            "---What when() watches.", "---@class \(className("condition"))", "",
            "---What a function of ta returns.", "---@class \(className("indicator"))",
            "local Indicator = {}", "",
        ]
        for function in ScriptApi.functions where function.name.hasPrefix("indicator:") {
            lines += function.annotation(name: "Indicator:\(function.ownName)")
        }
        for library in ScriptApi.libraries {
            // Texts have the string library's functions as methods by this class.
            if library.name == "string" { lines.append("---@class stringlib") }
            lines += ["\(library.name) = {}", ""]
        }
        for value in ScriptApi.values {
            lines += ["---\(value.summary)", "---@type \(value.type.annotation)"]
            lines += ["\(value.name) = nil", ""]
        }
        for function in ScriptApi.functions where !function.isMethod {
            lines += function.annotation(name: function.name)
        }
        for handler in ScriptApi.handlers { lines += handler.annotation }
        return lines.joined(separator: "\n")
    }
}

extension ApiType {
    /// The type as LuaLS writes it.
    var annotation: String {
        switch self {
        case .any: "any"
        case .boolean: "boolean"
        case .number, .positive: "number"
        case .text, .symbol, .feed: "string"
        case .table: "table"
        case .function, .indicator: "function"
        case .thread: "thread"
        case .integer, .whole: "integer"
        case .decimal: "number|string"
        case .choice(let choices): choices.map { "\"\($0)\"" }.joined(separator: "|")
        case .view(let name), .record(let name): className(name)
        case .intent: className("intent")
        case .condition: className("condition")
        case .parameters: "table<string, any>"
        case .list(let element): "(\(element.annotation))[]"
        case .either(let types): types.map(\.annotation).joined(separator: "|")
        case .optional(let inner): "(\(inner.annotation))?"
        }
    }
}

/// `moonrunner.OrderTerms` of `order_terms`.
private func className(_ name: String) -> String {
    let parts = name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
    return "moonrunner." + parts.joined()
}

/// One line of plain text: annotations end with their line.
private func plain(_ text: String) -> String { text.split(separator: "\n").joined(separator: " ") }

extension ApiRecord {
    fileprivate var annotation: [String] {
        var lines = ["---\(summary)", "---@class \(className(name))"]
        for field in fields {
            let unit = field.unit.map { " (\($0.rawValue))" } ?? ""
            var type = field.type
            var mark = ""
            if case .optional(let inner) = type {
                type = inner
                mark = "?"
            }
            lines.append(
                "---@field \(field.name)\(mark) \(type.annotation) # \(plain(field.summary))\(unit)"
            )
        }
        // A capital: the locals must not hide the globals of the same names.
        let local = className(name).dropFirst("moonrunner.".count)
        lines += ["local \(local) = {}", ""]
        for method in methods { lines += method.annotation(name: "\(local):\(method.ownName)") }
        return lines
    }
}

extension ApiFunction {
    fileprivate func annotation(name: String) -> [String] {
        var lines = ["---\(plain(summary))"]
        var names: [String] = []
        for parameter in parameters {
            if parameter.isRepeated {
                names.append("...")
                lines.append("---@param ... \(parameter.type.annotation)")
            } else {
                // A keyword or the name of one before would be no Lua.
                let own = names.contains(parameter.name) ? parameter.name + "2" : parameter.name
                names.append(own)
                let mark = parameter.fallback == nil ? "" : "?"
                lines.append("---@param \(own)\(mark) \(parameter.type.annotation)")
            }
        }
        if let indicator {
            var type = "\(className("indicator"))|\(updateType(indicator))"
            if makesCondition { type = "\(className("condition"))|" + type }
            lines.append("---@return \(type) indicator # call it with each value, or bind it")
        } else {
            for result in results {
                lines.append("---@return \(result.type.annotation) \(result.name)")
            }
        }
        if onlyAnswers { lines.append("---@nodiscard") }
        return lines + ["function \(name)(\(names.joined(separator: ", "))) end", ""]
    }

    private func updateType(_ indicator: ApiIndicator) -> String {
        let needed = indicator.inputs.count - indicator.optionalInputs
        let inputs = indicator.inputs.enumerated().map { index, input in
            // A bar may stand for the first, and then the others are not given.
            if indicator.takesBar {
                return index == 0 ? "\(input): number|table" : "\(input)?: number"
            }
            return "\(input)\(index < needed ? "" : "?"): number"
        }
        let outputs = results.map(\.type.annotation).joined(separator: ", ")
        return "fun(\(inputs.joined(separator: ", "))): \(outputs)"
    }
}

extension ApiHandler {
    fileprivate var annotation: [String] {
        let inputs = parameters.map { "\($0.name): \($0.type.annotation)" }
        return [
            "---Called for: \(when).",
            "---@type fun(\(inputs.joined(separator: ", "))): moonrunner.Intents",
            "\(name) = nil", "",
        ]
    }
}
