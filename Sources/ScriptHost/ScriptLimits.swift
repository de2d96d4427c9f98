/// What a script may use up.
///
/// A broken ``instructions``, ``time`` or ``memoryBytes`` ends the strategy; the other limits make
/// an error at the line that asked for too much.
public struct ScriptLimits: Hashable, Sendable {
    /// Lua instructions that a callback, or the load, may run after it has become late.
    ///
    /// Counting makes Lua slow, so it begins only some milliseconds after a callback began: one
    /// that stays below the limit never meets it, however busy the machine, and an endless loop
    /// always ends. What a library function does within one instruction is charged to it too.
    public var instructions = 3_000_000
    /// Processor time that a callback may take, in nanoseconds; nil: no limit.
    ///
    /// For what no count can foresee, such as an instruction that copies a million values. The
    /// machine decides here, so no limit is what a test or a replay wants.
    public var time: Int64?
    /// The same for the load, nil: no limit.
    public var loadTime: Int64?
    /// How long a callback may be stuck where nothing counts, in C or in Swift, in nanoseconds.
    ///
    /// Then the process ends: see ``ScriptWatchdog``. nil: it may hang.
    public var hardLimit: Int64? = 2_000_000_000
    /// Memory of the script and all its data, in bytes.
    public var memoryBytes = 64_000_000
    /// What one callback may ask for.
    public var perCallback = ScriptQuota(
        intents: 1_000, logLines: 1_000, plots: 1_000, timers: 1_000)
    /// What a script may ask for within a second of engine time.
    public var perSecond = ScriptQuota(
        intents: 10_000, logLines: 5_000, plots: 10_000, timers: 10_000)
    /// Timers that may run out within a second of engine time; the engine counts them.
    public var timerBeatsPerSecond = 10_000
    /// Orders that have ended and can still be read, at least; the engine keeps them.
    public var ordersKept = 1_000
    /// Coroutines that one callback may create.
    public var coroutines = 1_000
    /// Feeds that a script may subscribe to, each symbol's counted.
    public var subscriptions = 1_000

    public init() {}

    /// Why a script, or whatever `what` is, has no memory to begin with.
    func noRoom(for what: String) -> String {
        "\(what) needs more memory than the limit of \(memoryBytes) bytes (script.memory), or more "
            + "than this process may have (ulimit -v)"
    }
}

/// How often a script may ask its host for something.
public struct ScriptQuota: Hashable, Sendable {
    public var intents: Int
    /// Log lines and alerts.
    public var logLines: Int
    public var plots: Int
    /// Timers set or cancelled.
    public var timers: Int

    public init(intents: Int, logLines: Int, plots: Int, timers: Int) {
        self.intents = intents
        self.logLines = logLines
        self.plots = plots
        self.timers = timers
    }
}
