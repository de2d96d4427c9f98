/// What `runner new` begins a strategy with.
struct Template {
    let name: String
    /// What it does, for the list of templates and the last line of `runner new`.
    let summary: String
    private let strategyText: String
    private let testText: String

    init(name: String, summary: String, strategy: String, test: String) {
        self.name = name
        self.summary = summary
        strategyText = strategy
        testText = test
    }

    static let all = [trend, maker, pairs, blank]

    /// The script; the header begins with its name.
    func strategy(named name: String) -> String {
        strategyText.replacing("{{name}}", with: name)
    }

    /// The tests, which load the script from beside them.
    func test(named name: String) -> String { testText.replacing("{{name}}", with: name) }
}
