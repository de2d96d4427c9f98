/// The description of the API as files for people and their tools.
public enum ApiDocuments {
    /// docs/lua-api.md.
    public static var page: String {
        "<!-- Written by `runner api --page`; change Sources/ScriptHost/ApiDescription. -->\n"
            + ScriptApi.parts.map(\.markdown).joined(separator: "\n")
    }
    /// The scripts on the page, with the line where each begins.
    package static var examples: [String] {
        ScriptApi.parts.compactMap { part in
            if case .example(let text) = part { text } else { nil }
        }
    }
}

extension ApiPart {
    fileprivate var markdown: String {
        switch self {
        case .heading(let level, let title):
            String(repeating: "#", count: level) + " \(title)\n"
        case .text(let text): text + "\n"
        case .functions(let functions, let name, let summary):
            table([name, summary], functions.map { ["`\($0.shownSignature)`", $0.summary] })
        case .indicators(let functions): indicatorTable(functions)
        case .values(let values):
            table(["Value", "Is"], values.map { ["`\($0.name)`", $0.summary] })
        case .handlers(let handlers): handlerTable(handlers)
        case .feeds(let feeds):
            table(
                ["Feed", "Handler", "Brings"],
                feeds.map { ["`\($0.name)`", "`\($0.handler)`", $0.summary] })
        case .records(let records): records.map(\.markdown).joined(separator: "\n")
        case .example(let text): "```lua\n\(text)\n```\n"
        }
    }

    private func indicatorTable(_ functions: [ApiFunction]) -> String {
        table(
            ["Indicator", "Input", "First", "What it is"],
            functions.map { function in
                guard let indicator = function.indicator else {
                    preconditionFailure("\(function.name) stands among the indicators")
                }
                let words = indicator.inputWords
                let input = words.isEmpty ? indicator.inputs.joined(separator: ", ") : words
                let call = function.signature.dropFirst(3)  // `ta.` is said above
                return ["`\(call)`", input, indicator.first, function.summary]
            })
    }

    private func handlerTable(_ handlers: [ApiHandler]) -> String {
        table(
            ["Handler", "Called with", "When"],
            handlers.map { handler in
                let types = handler.parameters.map(\.type.words).joined(separator: ", ")
                return ["`\(handler.signature)`", types, handler.when]
            })
    }
}

extension ApiRecord {
    fileprivate var markdown: String {
        let title = kind == .table ? "`\(name)`: \(summary)\n" : "### \(name)\n\n\(summary)\n"
        let rows = fields.map { field in
            ["`\(field.name)`", field.type.words, field.unit?.rawValue ?? "", field.summary]
        }
        var text = title + "\n" + table(["Field", "Type", "Unit", "Is"], rows)
        if !methods.isEmpty {
            let calls = methods.map { ["`\($0.shownSignature)`", $0.summary] }
            text += "\n" + table(["Method", "Gives"], calls)
        }
        return text
    }
}

extension ApiFunction {
    /// As ``signature``; fields are written in braces.
    var shownSignature: String { takesFields ? "\(name){…}" : signature }
}

extension ApiType {
    /// What people call it.
    var words: String {
        switch self {
        case .any: "any value"
        case .boolean: "true or false"
        case .number: "number"
        case .text: "text"
        case .table: "table"
        case .function: "function"
        case .thread: "coroutine"
        case .integer: "whole number"
        case .whole(let range): "whole number from \(range.lowerBound)"
        case .positive: "number above 0"
        case .decimal: "number or decimal text"
        case .symbol: "symbol"
        case .feed: "feed"
        case .choice(let choices): choices.map { "`\"\($0)\"`" }.joined(separator: ", ")
        case .view(let name): "\(name)"
        case .record(let name): "table (\(name))"
        case .intent: "intent"
        case .parameters: "the parameters' values"
        case .indicator: "indicator"
        case .condition: "condition"
        case .list(let element): "list of \(element.words)"
        case .either(let types): types.map(\.words).joined(separator: " or ")
        case .optional(let inner): "\(inner.words), or nil"
        }
    }
}

/// A Markdown table; a bar in a cell is escaped.
func table(_ heads: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String {
        "| " + cells.map { escaped($0) }.joined(separator: " | ") + " |\n"
    }
    return line(heads) + line(heads.map { _ in "---" }) + rows.map(line).joined()
}

private func escaped(_ cell: String) -> String {
    cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
}
