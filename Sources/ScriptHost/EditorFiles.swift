/// The files that teach editors the script API, as `runner new` writes them.
public enum EditorFiles {
    /// Paths beside the strategy, and their texts.
    public static let all: [(path: String, text: String)] = [
        (
            ".luarc.json",
            """
            {
              "runtime.version": "Lua 5.4",
              "workspace.checkThirdParty": false,
              "diagnostics.disable": ["undefined-global", "lowercase-global"]
            }

            """
        )
    ]
}
