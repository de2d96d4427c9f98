public import ScriptHost

/// What became of one test.
public struct TestResult: Sendable {
    public let name: String
    /// Where it was declared; nil: not known.
    public let line: Int?
    /// Why it failed, and where; nil: it passed.
    public let failure: ScriptError?
    /// Whether it compared anything: one that does not can hardly fail.
    public let hasExpectations: Bool
    /// What it printed and logged, in order.
    public let printed: [String]
}

/// What became of a test file.
public struct TestFileResult: Sendable {
    public let file: String
    /// Why the file cannot be run at all; nil: it can.
    public let failure: ScriptError?
    /// The tests that were chosen, in the order of the file.
    public let tests: [TestResult]
    /// How many tests there are, chosen or not.
    public let declared: Int
    /// What the file printed and logged while it loaded.
    public let printed: [String]
    /// Whether it was called off before the last test.
    public let isInterrupted: Bool

    /// Runs the tests of a file whose names contain `filter`; nil: all.
    ///
    /// - Parameter isCalledOff: asked before each test; true leaves the rest out.
    public init(
        file: String, filter: String? = nil, limits: ScriptLimits = ScriptLimits(),
        isCalledOff: () -> Bool = { false }
    ) {
        self.file = file
        let desk = TestDesk(folder: Self.folder(of: file), limits: limits)
        var tests: [TestResult] = []
        var printed: [String] = []
        var failure: ScriptError?
        var isInterrupted = false
        do throws(ScriptError) {
            let script = try TestScript(file: file, library: TestLibrary.source, limits: limits) {
                (name, value) throws(TestRefusal) in try desk.answer(name, value)
            }
            defer { printed += script.drainLines() }
            try script.load()
            printed += script.drainLines()
            for (index, test) in desk.tests.enumerated() {
                if let filter, !test.name.contains(filter) { continue }
                isInterrupted = isCalledOff()
                guard !isInterrupted else { break }
                tests.append(Self.run(test, number: index + 1, script, desk))
            }
        } catch {
            failure = error
        }
        self.failure = failure
        self.tests = tests
        self.printed = printed
        self.isInterrupted = isInterrupted
        declared = desk.tests.count
    }

    private static func run(
        _ test: (name: String, line: Int?), number: Int, _ script: TestScript, _ desk: TestDesk
    ) -> TestResult {
        var failure = script.run(number)
        if failure != nil, failure?.line == nil, let line = test.line {
            failure?.line = line
            failure?.sourceLine = script.line(line)
        }
        return TestResult(
            name: test.name, line: test.line, failure: failure,
            hasExpectations: desk.expectations > 0, printed: script.drainLines())
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
