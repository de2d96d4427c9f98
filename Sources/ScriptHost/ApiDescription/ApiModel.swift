/// What a value of the script API may be.
indirect enum ApiType: Hashable, Sendable {
    case any
    case boolean, number, text, table, function, thread
    case integer
    /// A whole number within bounds.
    case whole(ClosedRange<Int>)
    /// A number above zero.
    case positive
    /// A number, or a decimal as text.
    case decimal
    /// `venue:BASE/QUOTE`, one that the script subscribed to.
    case symbol
    /// What `subscribe` takes: `trades`, `bars:1m`.
    case feed
    /// One of these texts.
    case choice([String])
    /// An event, or what shows how an order, a position or an instrument stands now.
    case view(String)
    /// A table with the fields of this record.
    case record(String)
    case intent
    /// What `params` returns.
    case parameters
    /// What a function of `ta` returns.
    case indicator
    /// What ``when`` watches.
    case condition
    case list(ApiType)
    case either([ApiType])
    /// Also nil.
    case optional(ApiType)
}

extension ApiType {
    /// The record whose fields a table given for this may have; nil: any, or it is no table.
    var record: String? {
        switch self {
        case .record(let name): name
        case .optional(let inner): inner.record
        case .either(let types): types.lazy.compactMap(\.record).first
        default: nil
        }
    }
}

/// One value that a function takes.
struct ApiParameter: Hashable, Sendable {
    var name: String
    var type: ApiType
    /// What holds where it is left out, as text; empty: nothing does, but it may be.
    var fallback: String?
    /// Whether any number of such values may follow.
    var isRepeated = false

    static func needed(_ name: String, _ type: ApiType) -> ApiParameter {
        ApiParameter(name: name, type: type)
    }
    static func optional(
        _ name: String, _ type: ApiType, _ fallback: String = ""
    ) -> ApiParameter {
        ApiParameter(name: name, type: type, fallback: fallback)
    }
    /// Any number of values, none too.
    static func repeated(_ name: String, _ type: ApiType) -> ApiParameter {
        ApiParameter(name: name, type: type, fallback: "", isRepeated: true)
    }
}

/// What a function answers with.
struct ApiResult: Hashable, Sendable {
    var name: String
    var type: ApiType
    init(_ name: String, _ type: ApiType) {
        self.name = name
        self.type = type
    }
}

/// A function that scripts may call.
struct ApiFunction: Sendable {
    /// With its library: `ta.ema`; a view's method with a colon: `book:level`.
    var name: String
    var parameters: [ApiParameter]
    var results: [ApiResult]
    /// What it does, in Markdown, without a full stop.
    var summary: String
    /// Lua's own: it takes numbers for texts and texts for numbers, and passes over what is extra.
    var isLua = false
    /// Whether more arguments than there are parameters raise an error.
    var refusesExtra = false
    /// What the function that it returns takes; nil: it makes no indicator.
    var indicator: ApiIndicator?
    /// Whether it makes a condition where it is given arguments, and no indicator.
    var makesCondition = false

    init(
        _ name: String, _ parameters: [ApiParameter] = [], gives results: [ApiResult] = [],
        _ summary: String
    ) {
        self.name = name
        self.parameters = parameters
        self.results = results
        self.summary = summary
    }

    /// The name without its library.
    var ownName: String {
        guard let dot = name.lastIndex(where: { $0 == "." || $0 == ":" }) else { return name }
        return String(name[name.index(after: dot)...])
    }
    /// Whether it is called on a view, with a colon.
    var isMethod: Bool { name.contains(":") }
    /// Whether it only answers: a call whose result is dropped does nothing.
    var onlyAnswers: Bool { indicator != nil || answersOnly }
    var answersOnly = false
    /// Whether its one argument is written as a table: `buy{…}`.
    var takesFields: Bool { parameters.count == 1 && parameters[0].type.record != nil }
    var fewest: Int { parameters.count { $0.fallback == nil } }
    /// nil: any number.
    var most: Int? { parameters.contains(where: \.isRepeated) ? nil : parameters.count }

    /// The call as pages and messages show it: `target(symbol, qty)`.
    var signature: String {
        let shown = parameters.map { parameter in
            if parameter.isRepeated { return parameter.name == "…" ? "…" : "\(parameter.name), …" }
            guard let fallback = parameter.fallback else { return parameter.name }
            return fallback.isEmpty ? "[\(parameter.name)]" : "\(parameter.name)=\(fallback)"
        }
        return "\(name)(\(shown.joined(separator: ", ")))"
    }
}

/// What the function that a `ta` function returns is called with.
struct ApiIndicator: Sendable {
    /// The values of one update, in order; a bar with fields of these names stands for several.
    var inputs: [String]
    /// The update that gives the first value, as a formula of the parameters.
    var first: String
    /// Whether a bar may stand for the numbers.
    var takesBar: Bool { inputs.count > 1 && inputs != ["a", "b"] }
    /// The words of the page; empty: the inputs in order.
    var inputWords = ""
    /// How many inputs may be left out at the end.
    var optionalInputs = 0
}

/// A value that is not a function, such as `math.pi`.
struct ApiValue: Sendable {
    var name: String
    var type: ApiType
    var summary: String
    init(_ name: String, _ type: ApiType, _ summary: String) {
        self.name = name
        self.type = type
        self.summary = summary
    }
}

/// What a number counts.
enum ApiUnit: String, Sendable {
    case quotePrice = "quote currency"
    case quantity = "base currency, or contracts"
    case settle = "settle currency"
    case seconds = "s since 1970"
    case nanoseconds = "ns since 1970"
    case share = "share"
    case count = "count"
    case bytes = "bytes"
}

/// A field of a view or of a table.
struct ApiField: Sendable {
    var name: String
    var type: ApiType
    var unit: ApiUnit?
    var summary: String
    init(_ name: String, _ type: ApiType, _ unit: ApiUnit, _ summary: String) {
        self.init(name, type, summary)
        self.unit = unit
    }
    /// A field that counts nothing, or whose unit the summary says.
    init(_ name: String, _ type: ApiType, _ summary: String) {
        self.name = name
        self.type = type
        self.summary = summary
    }
}

/// A view, or a table with known fields.
struct ApiRecord: Sendable {
    enum Kind: Sendable {
        /// Gone when the handler returns.
        case event
        /// Always shows how things stand now.
        case live
        /// A plain table that a script gives or gets.
        case table
    }
    var name: String
    /// The name with its article, as messages have it: `a trade`.
    var article: String
    var kind: Kind
    var summary: String
    var fields: [ApiField]
    var methods: [ApiFunction] = []

    func field(_ name: String) -> ApiField? { fields.first { $0.name == name } }
}

/// A function that a script may define and the host calls.
struct ApiHandler: Sendable {
    var name: String
    var parameters: [ApiParameter]
    /// When it is called, for pages.
    var when: String
    /// The feed that it needs, `bars:1m` for any bars; nil: none.
    var feed: String?
    /// The call: `on_trade(trade)`.
    var signature: String { "\(name)(\(parameters.map(\.name).joined(separator: ", ")))" }
}

/// A feed of `subscribe`.
struct ApiFeed: Sendable {
    var name: String
    var handler: String
    var summary: String
}

/// A name that other Lua programs use and scripts do not get, with the reason.
struct ApiWithheld: Sendable {
    var name: String
    var reason: String
    init(_ name: String, _ reason: String) {
        self.name = name
        self.reason = reason
    }
}

/// A part of the page, in its order.
enum ApiPart: Sendable {
    case heading(Int, String)
    case text(String)
    /// A table of functions under these two headings.
    case functions([ApiFunction], String, String)
    case indicators([ApiFunction])
    case values([ApiValue])
    case handlers([ApiHandler])
    case feeds([ApiFeed])
    case records([ApiRecord])
    /// A whole script, run by a test; its `-- expect:` lines are checked.
    case example(String)
}
