// Lua's own functions: those that scripts have, and those that they do not.

extension ScriptApi {
    private static func lua(
        _ name: String, _ parameters: [ApiParameter], _ results: [ApiResult],
        answers: Bool = false, _ summary: String
    ) -> ApiFunction {
        var function = ApiFunction(name, parameters, gives: results, summary)
        function.isLua = true
        function.answersOnly = answers
        return function
    }
    private static func one(_ type: ApiType) -> [ApiResult] { [ApiResult("value", type)] }
    private static let more = ApiParameter.repeated("…", .any)

    static let luaBasics: [ApiPart] = [
        .heading(2, "Lua"),
        .text(
            """
            The language is Lua 5.4, with these functions of its own. There are no files, processes,
            sockets or clocks, no `load` and no `__gc` ([why, and what else there is not](sandbox.md)).
            """),
        .functions(
            [
                lua(
                    "assert",
                    [.needed("value", .any), .optional("message", .any), more], one(.any),
                    "raises an error with the message where the value is nil or false"),
                lua(
                    "error", [.optional("message", .any), .optional("level", .integer, "1")], [],
                    "raises an error"),
                lua(
                    "pcall", [.needed("f", .function), more], [ApiResult("ok", .boolean)],
                    "calls `f` and catches its error: true and the results, or false and the error; "
                        + "a limit of the sandbox is never caught"),
                lua(
                    "xpcall", [.needed("f", .function), .needed("handler", .function), more],
                    [ApiResult("ok", .boolean)], "the same, the error made by `handler`"),
                lua(
                    "traceback", [.optional("message", .any)], one(.text), answers: true,
                    "the message and the calls that led here; also as the handler of `xpcall`"),
                lua(
                    "type", [.needed("value", .any)], one(.text), answers: true,
                    "`\"nil\"`, `\"number\"`, `\"string\"`, `\"table\"`, …"),
                lua(
                    "tonumber", [.needed("value", .any), .optional("base", .whole(2...36))],
                    one(.optional(.number)), answers: true, "the number that a text says, or nil"),
                lua(
                    "tostring", [.needed("value", .any)], one(.text), answers: true,
                    "the value as text; of a table a number, never an address"),
                lua(
                    "select", [.needed("n", .any), more], one(.any), answers: true,
                    "the arguments from the n-th on; `\"#\"`: how many"),
                lua(
                    "ipairs", [.needed("list", .any)], one(.function), answers: true,
                    "walks a list from 1 up"),
                lua(
                    "pairs", [.needed("table", .any)], one(.function), answers: true,
                    "walks a table, in the order below"),
                lua(
                    "next", [.needed("table", .table), .optional("key", .any)], one(.any),
                    answers: true, "the key and value behind a key, in the same order"),
                lua(
                    "rawequal", [.needed("a", .any), .needed("b", .any)], one(.boolean),
                    answers: true, "`==` without metamethods"),
                lua(
                    "rawlen", [.needed("value", .any)], one(.integer), answers: true,
                    "`#` without metamethods"),
                lua(
                    "rawget", [.needed("table", .table), .needed("key", .any)], one(.any),
                    answers: true, "reads without metamethods"),
                lua(
                    "rawset",
                    [.needed("table", .table), .needed("key", .any), .needed("value", .any)],
                    one(.table), "writes without metamethods"),
                lua(
                    "setmetatable",
                    [.needed("table", .table), .needed("metatable", .optional(.table))],
                    one(.table), "gives the table a metatable; `__gc` is refused"),
                lua(
                    "getmetatable", [.needed("value", .any)], one(.any), answers: true,
                    "its metatable, or what that shows"),
                lua(
                    "collectgarbage", [.optional("option", .choice(["count"]))], one(.number),
                    answers: true, "`\"count\"`: kilobytes in use, roughly; nothing else"),
            ], "Function", "Does"),
        .values([ApiValue("_VERSION", .text, "`\"Lua 5.4\"`")]),
    ]

    private static let number = [ApiParameter.needed("x", .number)]
    private static func math(_ name: String, _ summary: String) -> ApiFunction {
        lua("math.\(name)", number, one(.number), answers: true, summary)
    }

    static let luaLibraries: [ApiPart] = [
        .heading(3, "math"),
        .functions(
            [
                math("abs", "without its sign"),
                math("ceil", "the whole number above"), math("floor", "the whole number below"),
                math("sqrt", "the square root"), math("exp", "e to the x"),
                lua(
                    "math.log", [.needed("x", .number), .optional("base", .number, "e")],
                    one(.number), answers: true, "the logarithm"),
                math("sin", "of radians"), math("cos", "of radians"), math("tan", "of radians"),
                math("asin", "in radians"), math("acos", "in radians"),
                lua(
                    "math.atan", [.needed("y", .number), .optional("x", .number, "1")],
                    one(.number), answers: true, "of y/x, in radians, in the right quadrant"),
                math("deg", "radians to degrees"), math("rad", "degrees to radians"),
                lua(
                    "math.fmod", [.needed("x", .number), .needed("y", .number)], one(.number),
                    answers: true, "the remainder of x/y, with the sign of x"),
                lua(
                    "math.modf", number, [ApiResult("whole", .number), ApiResult("rest", .number)],
                    answers: true, "the whole part and the rest"),
                lua(
                    "math.max", [.needed("x", .number), .repeated("…", .number)], one(.number),
                    answers: true, "the largest"),
                lua(
                    "math.min", [.needed("x", .number), .repeated("…", .number)], one(.number),
                    answers: true, "the smallest"),
                lua(
                    "math.random", [.optional("m", .integer), .optional("n", .integer)],
                    one(.number), "from 0 to 1; from 1 to m; from m to n. From the session's seed"),
                lua(
                    "math.tointeger", [.needed("x", .any)], one(.optional(.integer)),
                    answers: true, "as a whole number, or nil"),
                lua(
                    "math.type", [.needed("x", .any)], one(.optional(.text)), answers: true,
                    "`\"integer\"`, `\"float\"` or nil"),
                lua(
                    "math.ult", [.needed("m", .integer), .needed("n", .integer)], one(.boolean),
                    answers: true, "m < n, both without a sign"),
            ], "Function", "Gives"),
        .values([
            ApiValue("math.pi", .number, "π"),
            ApiValue("math.huge", .number, "larger than every number"),
            ApiValue("math.maxinteger", .integer, "the largest whole number"),
            ApiValue("math.mininteger", .integer, "the smallest whole number"),
        ]),
        .heading(3, "string"),
        .text("Also as methods: `text:upper()`."),
        .functions(stringFunctions, "Function", "Gives"),
        .heading(3, "table"),
        .functions(
            [
                lua(
                    "table.insert",
                    [.needed("list", .table), .needed("value", .any), .optional("value", .any)], [],
                    "adds a value at the end, or before a place: `table.insert(list, place, value)`"
                ),
                lua(
                    "table.remove", [.needed("list", .table), .optional("place", .integer)],
                    one(.any), "takes the last value out, or the one at the place"),
                lua(
                    "table.concat",
                    [
                        .needed("list", .table), .optional("gap", .text),
                        .optional("from", .integer, "1"), .optional("to", .integer),
                    ], one(.text), answers: true, "the values as one text"),
                lua(
                    "table.sort", [.needed("list", .table), .optional("before", .function)], [],
                    "sorts the list; stable"),
                lua(
                    "table.unpack",
                    [
                        .needed("list", .table), .optional("from", .integer, "1"),
                        .optional("to", .integer),
                    ], one(.any), answers: true, "the values as results"),
                lua(
                    "table.pack", [more], one(.table), answers: true,
                    "the arguments as a list, with their count as `n`"),
                lua(
                    "table.move",
                    [
                        .needed("from", .table), .needed("first", .integer),
                        .needed("last", .integer), .needed("place", .integer),
                        .optional("to", .table),
                    ], one(.table), "copies values within a table or to another"),
            ], "Function", "Does"),
        .heading(3, "utf8, os, coroutine"),
        .functions(otherFunctions + coroutines, "Function", "Gives"),
        .text(
            "A coroutine is for the script's own use: a handler cannot wait in one for an event."),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            local levels = coroutine.wrap(function()
              for step = 1, 3 do coroutine.yield(step * 10) end
            end)
            log.info("%d %d", levels(), levels())
            -- expect: 10 20
            """),
        .values([ApiValue("utf8.charpattern", .text, "matches one character")]),
    ]

    private static let text = ApiParameter.needed("text", .text)
    private static let from = ApiParameter.optional("from", .integer, "1")
    private static let to = ApiParameter.optional("to", .integer)
    private static let pattern = ApiParameter.needed("pattern", .text)

    private static let stringFunctions: [ApiFunction] = [
        lua(
            "string.format", [.needed("format", .text), more], one(.text), answers: true,
            "the values put into the format, as C's printf; `%p` is refused"),
        lua("string.len", [text], one(.integer), answers: true, "how many bytes"),
        lua("string.sub", [text, from, to], one(.text), answers: true, "a part of it"),
        lua("string.upper", [text], one(.text), answers: true, "in capitals"),
        lua("string.lower", [text], one(.text), answers: true, "in small letters"),
        lua(
            "string.rep", [text, .needed("n", .integer), .optional("gap", .text)], one(.text),
            answers: true, "n times, up to 16 MB"),
        lua("string.reverse", [text], one(.text), answers: true, "backwards"),
        lua(
            "string.byte", [text, from, to], one(.integer), answers: true, "the bytes as numbers"),
        lua(
            "string.char", [.repeated("…", .integer)], one(.text), answers: true,
            "the text of bytes"),
        lua(
            "string.find",
            [text, pattern, .optional("from", .integer, "1"), .optional("plain", .any)],
            one(.optional(.integer)), answers: true, "where it begins and ends, then captures"),
        lua(
            "string.match", [text, pattern, from], one(.optional(.text)), answers: true,
            "the captures of the first match"),
        lua(
            "string.gmatch", [text, pattern, from], one(.function), answers: true,
            "walks all matches"),
        lua(
            "string.gsub",
            [text, pattern, .needed("replacement", .any), .optional("most", .integer)],
            one(.text), "with matches replaced, and how many were"),
        lua(
            "string.pack", [.needed("format", .text), more], one(.text), answers: true,
            "values as bytes"),
        lua(
            "string.packsize", [.needed("format", .text)], one(.integer), answers: true, "how many"),
        lua(
            "string.unpack", [.needed("format", .text), text, from], one(.any), answers: true,
            "values of bytes"),
    ]

    private static let otherFunctions: [ApiFunction] = [
        lua(
            "utf8.char", [.repeated("…", .integer)], one(.text), answers: true,
            "the text of code points"),
        lua(
            "utf8.codes", [text, .optional("lax", .any)], one(.function), answers: true,
            "walks the characters"),
        lua(
            "utf8.codepoint", [text, from, to, .optional("lax", .any)], one(.integer),
            answers: true, "code points"),
        lua(
            "utf8.len", [text, from, to, .optional("lax", .any)], one(.optional(.integer)),
            answers: true, "how many characters"),
        lua(
            "utf8.offset", [text, .needed("n", .integer), .optional("from", .integer)],
            one(.optional(.integer)), answers: true, "where the n-th character begins"),
        lua(
            "os.time", [.optional("date", .table)], one(.integer), answers: true,
            "engine time, or that of a date, in whole seconds; always UTC"),
        lua(
            "os.date", [.optional("format", .text), .optional("time", .number)], one(.any),
            answers: true, "a time as text, or with `\"*t\"` as a table; always UTC"),
        lua("os.clock", [], one(.number), answers: true, "engine time; there is no other clock"),
    ]

    private static let coroutines: [ApiFunction] = [
        lua(
            "coroutine.create", [.needed("f", .function)], one(.thread), answers: true,
            "a coroutine that will run `f`"),
        lua(
            "coroutine.resume", [.needed("co", .thread), more], [ApiResult("ok", .boolean)],
            "runs it until it yields or ends: true and its values, or false and the error"),
        lua("coroutine.yield", [more], one(.any), "goes back to who resumed, with these values"),
        lua(
            "coroutine.wrap", [.needed("f", .function)], one(.function), answers: true,
            "a coroutine as a function that resumes it"),
        lua(
            "coroutine.status", [.needed("co", .thread)], one(.text), answers: true,
            "`\"running\"`, `\"suspended\"`, `\"normal\"` or `\"dead\"`"),
        lua(
            "coroutine.isyieldable", [.optional("co", .thread)], one(.boolean), answers: true,
            "whether it may yield"),
        lua(
            "coroutine.running", [], [ApiResult("co", .thread), ApiResult("main", .boolean)],
            answers: true, "the coroutine at work, and whether it is the main one"),
        lua(
            "coroutine.close", [.needed("co", .thread)], [ApiResult("ok", .boolean)],
            "ends a suspended one"),
    ]
}
