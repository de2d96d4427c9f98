/// What ``StrategyCheck`` can find.
///
/// The raw values are promised to users: they silence findings by them.
enum CheckCode: String, CaseIterable {
    case syntax
    case load
    case missingModule = "missing-module"
    case unknownGlobal = "unknown-global"
    case unknownFunction = "unknown-function"
    case unknownField = "unknown-field"
    case unknownIntentField = "unknown-intent-field"
    case unknownOption = "unknown-option"
    case unknownParameter = "unknown-parameter"
    case unknownFeed = "unknown-feed"
    case unknownSymbol = "unknown-symbol"
    case unknownValue = "unknown-value"
    case misspeltHandler = "misspelt-handler"
    case localHandler = "local-handler"
    case lateHandler = "late-handler"
    case argumentCount = "argument-count"
    case argumentType = "argument-type"
    case missingField = "missing-field"
    case missingColon = "missing-colon"
    case readOnly = "read-only"
    case operandType = "operand-type"
    case notAFunction = "not-a-function"
    case notATable = "not-a-table"
    case unreturnedIntent = "unreturned-intent"
    case stateValue = "state-value"

    case unknownHandler = "unknown-handler"
    case duplicateHandler = "duplicate-handler"
    case handlerArguments = "handler-arguments"
    case handlerWithoutFeed = "handler-without-feed"
    case feedWithoutHandler = "feed-without-handler"
    case handlerWithoutTimer = "handler-without-timer"
    case timerWithoutHandler = "timer-without-handler"
    case noHandler = "no-handler"
    case lookAhead = "look-ahead"
    case mixedSeries = "mixed-series"
    case indicatorInHandler = "indicator-in-handler"
    case keptView = "kept-view"
    case unusedGlobal = "unused-global"
    case unusedLocal = "unused-local"
    case unusedParameter = "unused-parameter"
    case unusedResult = "unused-result"
    case unreachable
    case ambiguousCall = "ambiguous-call"
    case unknownCode = "unknown-code"

    /// Errors come first in the list above; the first warning is `unknownHandler`.
    var severity: Diagnostic.Severity {
        switch self {
        case .unknownHandler, .duplicateHandler, .handlerArguments, .handlerWithoutFeed,
            .feedWithoutHandler, .handlerWithoutTimer, .timerWithoutHandler, .noHandler,
            .lookAhead, .mixedSeries, .indicatorInHandler, .keptView, .unusedGlobal, .unusedLocal,
            .unusedParameter, .unusedResult, .unreachable, .ambiguousCall, .unknownCode:
            .warning
        default: .error
        }
    }

    /// One sentence for the page, without a full stop.
    var summary: String {
        switch self {
        case .syntax: "the file is not Lua 5.4; nothing else is looked for in it"
        case .load: "running the file's top level failed, as a start would"
        case .missingModule: "`require` names a file that is not there"
        case .unknownGlobal: "a global that Moonrunner does not have and no file assigns"
        case .unknownFunction: "a library has no such entry: `ta.emma`"
        case .unknownField: "an event, order or other view has no such field or method"
        case .unknownIntentField: "`buy{}`, `cancel{}` and the like take no such field"
        case .unknownOption: "the long form of a parameter has no such option"
        case .unknownParameter: "`p.x` is read and `params{}` does not declare `x`"
        case .unknownFeed: "`subscribe` knows no such feed"
        case .unknownSymbol: "a text is not a symbol, or one that the script does not subscribe to"
        case .unknownValue: "a text that can never be right: `trade.side == \"BUY\"`"
        case .misspeltHandler: "a global function whose name is nearly a handler's"
        case .localHandler: "a local function with a handler's name: it is never called"
        case .lateHandler: "a handler of a feed that only another handler defines: it is refused"
        case .argumentCount: "too few or too many arguments for a function of the API"
        case .argumentType: "an argument of a kind that the function refuses"
        case .missingField: "an intent without a field that it needs"
        case .missingColon: "a method called with a dot: `book.level(…)` for `book:level(…)`"
        case .readOnly: "an assignment to something that cannot be changed"
        case .operandType: "arithmetic or a comparison with something that has no value to compare"
        case .notAFunction: "a call of something that is not a function"
        case .notATable: "a field of something that has none: `position.qty`"
        case .unreturnedIntent: "an intent that is built and neither returned nor kept: no order"
        case .stateValue: "no plain data, put into `state`: a function, an event, an intent"
        case .unknownHandler: "a global function named `on_…` that is not a handler"
        case .duplicateHandler: "a handler defined twice: only the last one is called"
        case .handlerArguments: "a handler with more parameters than it is called with"
        case .handlerWithoutFeed: "a handler whose feed no symbol subscribes to"
        case .feedWithoutHandler: "a feed that nothing in the script reads"
        case .handlerWithoutTimer: "`on_timer` in a script that sets no timer"
        case .timerWithoutHandler: "a timer in a script without `on_timer`"
        case .noHandler: "a script without any handler: it does nothing"
        case .lookAhead: "the bar that is still forming is used as if it had closed"
        case .mixedSeries: "one indicator is fed from several symbols or bar sizes"
        case .indicatorInHandler: "an indicator made anew in every call: it never warms up"
        case .keptView: "an event kept past its handler: its fields are gone by then"
        case .unusedGlobal: "a global that is assigned and never read"
        case .unusedLocal: "a local variable that is never read"
        case .unusedParameter: "a parameter that the script declares and never reads"
        case .unusedResult: "a call that only answers, and the answer is dropped"
        case .unreachable: "code that can never run"
        case .ambiguousCall: "a call whose parenthesis begins the next line"
        case .unknownCode: "`-- check: ignore` names a code that does not exist"
        }
    }
}

extension ApiDocuments {
    /// The codes of `runner check`, for docs/check.md.
    public static var checks: String {
        table(
            ["Code", "Severity", "Found"],
            CheckCode.allCases.map { ["`\($0.rawValue)`", $0.severity.rawValue, $0.summary] })
    }
}
