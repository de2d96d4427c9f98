/// What is wrong with a call, gathered so that all of it is reported at once.
struct CallProblems {
    private(set) var texts: [String] = []

    mutating func add(_ text: String) { texts.append(text) }

    /// The value; nil: the call is wrong there, which is noted.
    ///
    /// - Throws: what is not the call's fault.
    mutating func collect<Value>(_ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch let failure as RunFailure where failure.code == .usage {
            texts.append(failure.message)
            return nil
        }
    }

    /// All of it as one message.
    var failure: RunFailure { RunFailure(.usage, texts.joined(separator: "\n")) }

    func check() throws(RunFailure) {
        guard texts.isEmpty else { throw failure }
    }
}
