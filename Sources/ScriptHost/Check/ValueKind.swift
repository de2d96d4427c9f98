/// What a value is, as far as the text tells.
indirect enum ValueKind {
    case unknown
    case nothing, boolean, number, text, table, function, thread
    case choice([String])
    case api(ApiFunction)
    case library(String)
    case view(String)
    /// A plain table with the fields of a view or another record.
    case record(String)
    case intent
    /// What `params{}` returned.
    case parameters
    case indicator(ApiFunction)
    case condition
    case list(ValueKind)
    /// It or nil.
    case maybe(ValueKind)

    init(_ type: ApiType) {
        switch type {
        case .any, .feed, .either: self = .unknown
        case .boolean: self = .boolean
        case .number, .integer, .whole, .positive: self = .number
        case .decimal: self = .unknown
        case .text, .symbol: self = .text
        case .table: self = .table
        case .function: self = .function
        case .thread: self = .thread
        case .choice(let choices): self = .choice(choices)
        case .view(let name): self = .view(name)
        case .record(let name): self = .record(name)
        case .intent: self = .intent
        case .parameters: self = .parameters
        case .indicator: self = .function
        case .condition: self = .condition
        case .list(let element): self = .list(ValueKind(element))
        case .optional(let inner): self = .maybe(ValueKind(inner))
        }
    }

    /// The kind where it is not nil.
    var present: ValueKind {
        if case .maybe(let inner) = self { inner.present } else { self }
    }

    /// What messages call it; nil: nothing is known.
    var words: String? {
        switch self {
        case .unknown: nil
        case .nothing: "nil"
        case .boolean: "true or false"
        case .number: "a number"
        case .text, .choice: "a text"
        case .table, .record, .list, .parameters: "a table"
        case .function: "a function"
        case .thread: "a coroutine"
        case .api(let function): "the function \(function.name)"
        case .library(let name): "the library \(name)"
        case .view(let name): ScriptApi.recordByName[name]?.article ?? "a view"
        case .intent: "an intent"
        case .indicator(let function): "an indicator, the function that \(function.name) returned"
        case .condition: "a condition"
        case .maybe(let inner): inner.words
        }
    }
}
