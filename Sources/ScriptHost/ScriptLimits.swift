/// What a script may use up; beyond it the callback ends with an error that names the limit.
public struct ScriptLimits: Hashable, Sendable {
    /// Lua instructions that a callback, or the load, may run after it has become late.
    ///
    /// Counting makes Lua slow, so it begins only some milliseconds after a callback began: one
    /// that stays below the limit never fails, however slow the machine, and an endless loop
    /// always ends.
    public var instructions: Int
    /// Memory of the script and all its data, in bytes.
    public var memoryBytes: Int
    /// Intents that one callback may return.
    public var intents: Int
    /// Lines that one callback may log, alerts included.
    public var logLines: Int
    /// Values that one callback may plot.
    public var plots: Int
    /// Timers that one callback may set or cancel.
    public var timers: Int

    public init(
        instructions: Int = 10_000_000, memoryBytes: Int = 256 << 20, intents: Int = 1_000,
        logLines: Int = 1_000, plots: Int = 1_000, timers: Int = 1_000
    ) {
        self.instructions = instructions
        self.memoryBytes = memoryBytes
        self.intents = intents
        self.logLines = logLines
        self.plots = plots
        self.timers = timers
    }
}
