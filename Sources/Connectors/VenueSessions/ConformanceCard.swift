/// How a venue's connector stands in each ``ConformanceCase``.
///
/// Made of a function over all cases, so that a card can be silent about none.
public struct ConformanceCard: Sendable {
    public enum Verdict: Hashable, Sendable {
        /// Shown against the simulator, which does what the venue documents or was recorded to do.
        case passes
        /// Shown against the simulator alone, which does here what nobody has seen the venue do.
        case unverified(String)
        /// There is none, and who asks for it is told so.
        case lacks(String)

        /// Why it is no plain pass; nil: it is.
        public var reason: String? {
            switch self {
            case .passes: nil
            case .unverified(let reason), .lacks(let reason): reason
            }
        }

        public var isLacking: Bool { if case .lacks = self { true } else { false } }

        /// In one word, for tables and programs.
        public var name: String {
            switch self {
            case .passes: "passes"
            case .unverified: "unverified"
            case .lacks: "lacks"
            }
        }
    }

    /// What must be known before the rest is read: what all of it was tried with.
    public let remark: String
    private let verdict: @Sendable (ConformanceCase) -> Verdict

    public init(_ remark: String, verdict: @escaping @Sendable (ConformanceCase) -> Verdict) {
        self.remark = remark
        self.verdict = verdict
    }

    public subscript(case: ConformanceCase) -> Verdict { verdict(`case`) }

    /// All of it in one line: `32 of 46 pass, 10 are unverified, 4 are lacking`.
    public var summary: String {
        let verdicts = ConformanceCase.allCases.map(verdict)
        let passing = verdicts.count { $0 == .passes }
        let lacking = verdicts.count(where: \.isLacking)
        let parts = [
            (verdicts.count - passing - lacking, "unverified"), (lacking, "lacking"),
        ]
        return "\(passing) of \(verdicts.count) pass"
            + parts.filter { $0.0 > 0 }
            .map { ", \($0.0) \($0.0 == 1 ? "is" : "are") \($0.1)" }.joined()
    }
}
