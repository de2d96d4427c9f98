/// That somebody ended a command before it came to its end by itself.
struct Interruption {
    /// What was done, from 0 to 1.
    let share: Double
    /// Of what, such as data.
    private let whole: String
    /// As strategies hear it.
    static let reason = "interrupted"

    init(share: Double, of whole: String) {
        self.share = share
        self.whole = whole
    }

    var text: String { "interrupted after \(Int(share * 100)) % of the \(whole)" }

    /// What is said when the figures have been shown: none of them is of the whole.
    var failure: RunFailure {
        RunFailure(.failed, "interrupted: the figures are of what came before that")
    }
}
