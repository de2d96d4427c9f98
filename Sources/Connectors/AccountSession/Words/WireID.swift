/// A number or a name that a venue gave something, or that we gave it: compared without making a text.
public enum WireID: Hashable, Sendable, CustomStringConvertible {
    case number(Int64)
    case text(String)

    /// A number where the text is one as it is written.
    package init(_ text: String) {
        if let number = Int64(text), String(number) == text {
            self = .number(number)
        } else {
            self = .text(text)
        }
    }

    /// Nil: it is not a number.
    package var number: Int64? {
        if case .number(let number) = self { number } else { nil }
    }

    public var description: String {
        switch self {
        case .number(let number): String(number)
        case .text(let text): text
        }
    }

    /// Whether it was given before another one, at a venue whose ids ascend; false where they are names.
    package func isBefore(_ other: WireID) -> Bool {
        guard case .number(let mine) = self, case .number(let theirs) = other else { return false }
        return mine < theirs
    }
}
