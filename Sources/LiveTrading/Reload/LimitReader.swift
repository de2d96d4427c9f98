internal import RunInputs
internal import TradingCore
internal import TradingModel

/// Reads the limits of a run again, on the thread that prepares versions.
struct LimitReader: Sendable {
    /// Nil: the run reads none again.
    let source: (any LimitSource)?
    let desk: EngineDesk
    /// What the run says.
    let lines: LineQueue
    let instruments: [Instrument]
    /// Where it is written down; nil: nowhere.
    let record: RunRecord?

    /// Lets the limits hold that are written now; those that hold stay where that is not right.
    func replace(_ request: ControlRequest?) {
        guard let source else {
            return report(["this session does not read its limits again"], request, code: 2)
        }
        do throws(RefusedLimits) {
            let read = try source.read()
            guard case .limited(let changes, let time) = desk.ask(.limits(read.limits)) else {
                return report(["limits not changed: the run has ended"], request, code: 1)
            }
            source.accept(read.limits)
            record?.add(RecordedLimits(text: LimitsText.write(read.limits, instruments), at: time))
            // The run itself says what is other.
            lines.add(read.notes)
            for change in changes { request?.answer("limits: \(change)") }
            if changes.isEmpty { request?.answer("limits: all as they were") }
            for note in read.notes { request?.answer(note) }
            request?.end(0)
        } catch {
            let count = counted(error.problems.count, "problem")
            report(
                ["limits not changed, those that hold stay: \(count)"] + error.problems, request,
                code: 1)
        }
    }

    /// Reports it where the run is, and to whoever asked.
    private func report(_ said: [String], _ request: ControlRequest?, code: Int32) {
        lines.add(said)
        for line in said { request?.answer(line) }
        request?.end(code)
    }
}
