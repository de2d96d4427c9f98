/// The parameters of a script while it loads: declarations against the overrides given.
struct ParameterTable {
    private(set) var parameters: [Parameter] = []
    private let overrides: [ParameterOverride]

    init(overrides: [ParameterOverride]) { self.overrides = overrides }

    /// Why a parameter cannot be used.
    enum Problem: Error {
        /// The declaration is wrong, in words that follow the script's line.
        case declaration(String)
        /// An override is wrong: the script is not to blame.
        case override(String)
    }

    /// Takes a declaration in and decides on its value.
    mutating func declare(_ declared: Parameter) throws(Problem) {
        if let objection = objection(to: declared.defaultValue, for: declared) {
            throw .declaration("the default of parameter `\(declared.name)` \(objection)")
        }
        var parameter = declared
        for given in overrides where given.name == declared.name {
            parameter.value = try read(given, for: declared)
            if let objection = objection(to: parameter.value, for: declared) {
                throw .override("--set \(given.name)=\(given.text): `\(given.name)` \(objection)")
            }
        }
        parameters.append(parameter)
    }

    /// The overrides that no declaration took, all of them in one text; nil: none.
    var unused: String? {
        let unknown = overrides.filter { given in
            !parameters.contains { $0.name == given.name }
        }
        let lines =
            unknown
            .map { given in
                let hint =
                    nearestName(to: given.name, among: parameters.map(\.name))
                    .map { "; did you mean `\($0)`?" } ?? ""
                return "--set \(given.name)=\(given.text): no parameter `\(given.name)`\(hint)"
            }
        guard !lines.isEmpty else { return nil }
        let list = parameters.map { "\($0.name) (\($0.value))" }.joined(separator: ", ")
        let tail =
            parameters.isEmpty ? "The script declares no parameters." : "The script has: \(list)."
        return lines.joined(separator: "\n") + "\n" + tail
    }

    /// What is wrong with a value that has the right type; nil: nothing.
    private func objection(to value: ParameterValue, for parameter: Parameter) -> String? {
        if !parameter.choices.isEmpty, !parameter.choices.contains(value) {
            let list = parameter.choices.map(\.description).joined(separator: ", ")
            return "is \(value), expected one of \(list)"
        }
        let number: Double
        switch value {
        case .integer(let value): number = Double(value)
        case .number(let value): number = value
        case .text, .boolean: return nil
        }
        guard number.isFinite else { return "is not finite" }
        if let minimum = parameter.minimum, number < minimum {
            return "is \(value), expected at least \(ParameterValue.short(minimum))"
        }
        if let maximum = parameter.maximum, number > maximum {
            return "is \(value), expected at most \(ParameterValue.short(maximum))"
        }
        return nil
    }

    /// Reads an override as the type of the parameter's default.
    private func read(
        _ given: ParameterOverride, for parameter: Parameter
    ) throws(Problem) -> ParameterValue {
        let value: ParameterValue? =
            switch parameter.defaultValue {
            case .text: .text(given.text)
            case .boolean: Self.boolean(given.text).map(ParameterValue.boolean)
            case .integer: Int64(given.text).map(ParameterValue.integer)
            case .number:
                Double(given.text).flatMap { $0.isFinite ? ParameterValue.number($0) : nil }
            }
        if let value { return value }
        throw .override(
            "--set \(given.name)=\(given.text): `\(given.name)` is "
                + "\(parameter.defaultValue.typeName) (\(parameter.defaultValue) in the script), "
                + "and `\(given.text)` is not")
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text {
        case "true", "on", "yes", "1": true
        case "false", "off", "no", "0": false
        default: nil
        }
    }
}

extension ParameterValue {
    /// A bound as a script would write it: 2 and not 2.0.
    fileprivate static func short(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}
