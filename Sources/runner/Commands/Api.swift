import ArgumentParser
import ScriptHost

/// `runner api`: the description of the script API and of the risk gate as files; for those who work on Moonrunner.
struct Api: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "Writes the script API's page and editor files.", shouldDisplay: false)

    enum Document: String, EnumerableFlag {
        case page, checks, luals, luarc, luacheck, risk
    }
    @Flag(help: "docs/lua-api.md, the codes of docs/check.md, a file for editors, or docs/risk.md.")
    var document: Document = .page

    func run() {
        let text =
            switch document {
            case .page: ApiDocuments.page
            case .checks: ApiDocuments.checks
            case .luals: ApiDocuments.languageServer
            case .luarc: ApiDocuments.languageServerSettings
            case .luacheck: ApiDocuments.luacheck
            case .risk: RiskPage.text
            }
        Console.print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }
}
