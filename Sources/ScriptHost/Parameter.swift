/// A value for a parameter, given outside the script: `--set fast=20`.
public struct ParameterOverride: Hashable, Sendable {
    public var name: String
    /// As written; read as the type of the parameter's default.
    public var text: String
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// Reads `name=text`; nil where there is no `=` or no name.
    public init?(_ argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
            return nil
        }
        name = String(argument[..<equals])
        text = String(argument[argument.index(after: equals)...])
    }
}

/// A parameter's value.
public enum ParameterValue: Hashable, Sendable, CustomStringConvertible {
    case integer(Int64)
    case number(Double)
    case text(String)
    case boolean(Bool)

    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let value): value
        case .boolean(let value): "\(value)"
        }
    }

    /// What messages call the type.
    public var typeName: String {
        switch self {
        case .integer: "a whole number"
        case .number: "a number"
        case .text: "a text"
        case .boolean: "true or false"
        }
    }
}

/// A parameter that a script declares in `params{…}`.
public struct Parameter: Hashable, Sendable {
    public var name: String
    public var defaultValue: ParameterValue
    /// The value in effect: the override's, or the default.
    public var value: ParameterValue
    /// The smallest value allowed; nil: no bound, or no number.
    public var minimum: Double?
    /// The largest value allowed; nil: no bound, or no number.
    public var maximum: Double?
    /// The values allowed; empty: any.
    public var choices: [ParameterValue]
    /// The script's own words about it; empty: none.
    public var help: String
}
