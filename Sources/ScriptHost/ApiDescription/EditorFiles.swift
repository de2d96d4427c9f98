/// The files that make an editor know the script API, to be written beside a strategy.
public enum EditorFiles {
    /// Paths are relative to the strategy's folder.
    public static var all: [(path: String, text: String)] {
        [
            (".moonrunner/library/moonrunner.lua", ApiDocuments.languageServer),
            (".luarc.json", ApiDocuments.languageServerSettings),
            (".luacheckrc", ApiDocuments.luacheck),
        ]
    }
}

extension ApiDocuments {
    /// `.luarc.json`: Lua 5.4 with nothing but what the library file above describes.
    public static var languageServerSettings: String {
        let builtins = [
            "basic", "bit", "bit32", "coroutine", "debug", "ffi", "io", "jit", "math", "os",
            "package", "string", "table", "table.clear", "table.new", "utf8",
        ]
        let disabled = builtins.map { "    \"\($0)\": \"disable\"" }.joined(separator: ",\n")
        return """
            {
              "$schema": "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json",
              "runtime.version": "Lua 5.4",
              "runtime.builtin": {
            \(disabled)
              },
              "workspace.library": [".moonrunner/library"],
              "workspace.checkThirdParty": false,
              "diagnostics.disable": ["lowercase-global"]
            }

            """
    }

    /// `.luacheckrc`: what scripts have, for luacheck.
    public static var luacheck: String {
        let plain = ScriptApi.globals.filter { name in
            name != "state" && !ScriptApi.libraries.contains { $0.name == name }
        }
        var lines = ["-- Moonrunner's script API for luacheck, written by `runner new`.", ""]
        lines.append("stds.moonrunner = {")
        lines.append("  globals = {")
        lines += wrapped(ScriptApi.handlers.map(\.name), indent: "    ")
        lines += ["    state = { other_fields = true, read_only = false },", "  },"]
        lines.append("  read_globals = {")
        lines += wrapped(plain, indent: "    ")
        for library in ScriptApi.libraries {
            lines.append("    \(library.name) = { fields = {")
            lines += wrapped(library.entries, indent: "      ")
            lines.append("    } },")
        }
        lines += ["  },", "}", "", "std = \"moonrunner\""]
        lines += ["ignore = { \"212\" } -- arguments that a handler does not use"]
        lines += ["unused_secondaries = false -- local upper, middle, lower = bands(price)"]
        // Test files have functions of their own.
        lines += ["max_line_length = 120", "files[\"*_test.lua\"] = { ignore = { \"1\" } }", ""]
        return lines.joined(separator: "\n")
    }

    /// The names in quotes, as many in a line as fit.
    private static func wrapped(_ names: [String], indent: String) -> [String] {
        var lines: [String] = []
        var line = indent
        for name in names {
            let word = "\"\(name)\", "
            if line.count + word.count > 100 {
                lines.append(line)
                line = indent
            }
            line += word
        }
        lines.append(line)
        return lines.map { line in
            var line = line
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
