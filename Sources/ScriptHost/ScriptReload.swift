internal import CMoon
internal import Glibc
public import TradingCore

extension LuaStrategy {
    /// Loads another version of a strategy that is at work, with the `state` that it begins with.
    ///
    /// Loaded once without any `state`, to learn its shape and what it makes of an empty one, and
    /// again with the one given where the shapes agree; otherwise `on_upgrade` will bring it over.
    ///
    /// - Parameter load: loads the script with a `state`, from wherever it lies.
    public static func version(
        startingWith state: StrategyState?,
        load: (_ state: String?) throws(ScriptError) -> LuaStrategy
    ) throws(ScriptError) -> LuaStrategy {
        let fresh = try load(nil)
        fresh.defaultState = try fresh.stateText()
        guard let state, state.shape == fresh.stateShape else { return fresh }
        let strategy = try load(state.text)
        strategy.defaultState = fresh.defaultState
        return strategy
    }

    public func savedState() throws(ReloadRefusal) -> StrategyState {
        do {
            return StrategyState(text: try stateText(), shape: stateShape)
        } catch {
            throw ReloadRefusal("the state cannot be carried over: \(error)")
        }
    }

    public func prepareState() {
        if unsafe !moon_state_is_small(host) { unsafe moon_prepare_reading(host) }
    }

    public func changedState() -> StateChange {
        var count = 0
        guard let text = unsafe moon_changed_state(host, &count) else {
            return count == 0 ? .none : .tooMuch
        }
        return .changed(StrategyState(text: unsafe string(text, count), shape: stateShape))
    }

    public func stateNow() throws(ReloadRefusal) -> StrategyState {
        guard let reading = unsafe moon_read_state(host) else { return try savedState() }
        return unsafe state(of: reading)
    }

    fileprivate func state(of reading: OpaquePointer) -> StrategyState {
        let reading = unsafe StateReading(reading, of: self)
        return StrategyState(shape: stateShape) { reading.text() }
    }

    public func carry(to other: any ReloadableStrategy) -> CarryStart {
        guard let other = other as? LuaStrategy, other.stateShape == stateShape,
            unsafe !moon_state_is_small(host)
        else { return .notNeeded }
        guard let mirror = unsafe moon_mirror_prepare(host) else { return .notNow }
        return unsafe .needed(StateMirror(mirror, from: self, into: other))
    }

    public func adopt(_ state: StrategyState) throws(ReloadRefusal) {
        try restore(state)
        let isEmpty = state.text == "return {}"
        if state.shape != stateShape, !isEmpty { try upgrade(from: state.shape) }
        guard let defaultState else { return }
        try unsafe perform(defaultState) { text, count in
            unsafe moon_complete_state(host, text, count)
        }
    }

    public func restore(_ state: StrategyState) throws(ReloadRefusal) {
        try unsafe perform(state.text) { text, count in unsafe moon_replace_state(host, text, count)
        }
    }

    private func upgrade(from shape: Int64) throws(ReloadRefusal) {
        guard hasHandler(MOON_ON_UPGRADE) else {
            throw ReloadRefusal(
                "\(files.first ?? ""): the state has the shape \(shape), this version's "
                    + "state_version is \(stateShape), and there is no on_upgrade(state, "
                    + "from_version) that brings it over")
        }
        guard unsafe moon_upgrade(host, shape) else {
            throw ReloadRefusal(failure(handler: "on_upgrade").description)
        }
        appendRequests(to: &asked)
    }

    private func perform(
        _ text: String, _ call: (UnsafePointer<CChar>?, Int) -> Bool
    ) throws(ReloadRefusal) {
        var text = text
        let isDone = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe call(bytes.baseAddress, bytes.count)
            }
        }
        guard isDone else {
            throw ReloadRefusal("the state cannot be read: \(failure(handler: nil))")
        }
    }

    public var indicators: [IndicatorWarmth] {
        let found = unsafe [moon_indicator](unsafeUninitializedCapacity: Self.mostIndicators) {
            buffer, count in
            let capacity = Int32(buffer.count)
            count = unsafe Int(moon_indicators(host, buffer.baseAddress, capacity))
        }
        return unsafe found.map { indicator in
            let name = unsafe string(indicator.name)
            return unsafe IndicatorWarmth(
                name: name, received: Int(indicator.heard), lastWithout: Int(indicator.nil_at),
                needed: IndicatorCall(name)?.updatesToFirstValue)
        }
    }

    /// Indicators that are looked at: the first ones, which a script makes while it loads.
    private static let mostIndicators = 1_000

    /// What the script declares as `state_version`.
    func declaredShape() throws(ScriptError) -> Int64 {
        var shape: Int64 = 1
        guard unsafe moon_state_shape(host, &shape) else { throw failure(handler: nil) }
        return shape
    }
}

/// A state that is being read by a thread of the shim while its script goes on.
///
/// `@unchecked Sendable`: ``StrategyState`` asks for the text once.
@safe private final class StateReading: @unchecked Sendable {
    private let reading: OpaquePointer
    /// Its memory is read: it must stay.
    private var strategy: LuaStrategy?

    init(_ reading: OpaquePointer, of strategy: LuaStrategy) {
        unsafe self.reading = reading
        self.strategy = strategy
    }

    deinit { unsafe moon_state_reading_close(reading) }

    func text() -> Result<String, ReloadRefusal> {
        var bytes: UnsafePointer<CChar>?
        var count = 0
        let isWritten = unsafe moon_state_reading_text(reading, &bytes, &count)
        strategy = nil
        let text = unsafe string(bytes, count)
        return isWritten
            ? .success(text) : .failure(ReloadRefusal("the state cannot be carried over: \(text)"))
    }
}

/// The state of a strategy that trades, mirrored in that of its next version.
///
/// `@unchecked Sendable`: its calls come one after the other, on the threads that the protocol names.
@safe private final class StateMirror: StateCarry, @unchecked Sendable {
    private let mirror: OpaquePointer
    private let from: LuaStrategy
    private let into: LuaStrategy
    private var isDone = false

    init(_ mirror: OpaquePointer, from: LuaStrategy, into: LuaStrategy) {
        unsafe self.mirror = mirror
        self.from = from
        self.into = into
    }

    /// Whoever lets it go last has the other version, unless that trades.
    deinit { unsafe moon_mirror_close(mirror, isDone ? nil : into.host) }

    func arm() { unsafe moon_mirror_arm(mirror) }

    func begin() { unsafe moon_mirror_begin(mirror, from.host) }

    func copy() throws(ReloadRefusal) {
        var problem = unsafe moon_text()
        defer { unsafe free(problem.bytes) }
        var defaults = into.defaultState ?? ""
        let isMade = defaults.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe moon_mirror_make(
                    mirror, into.host, bytes.baseAddress, bytes.count, &problem)
            }
        }
        guard isMade else { throw unsafe refusal(problem) }
    }

    func rearm() { unsafe moon_mirror_rearm(mirror) }

    func finish() throws(ReloadRefusal) -> (before: StrategyState, after: StrategyState) {
        var problem = unsafe moon_text()
        defer { unsafe free(problem.bytes) }
        var readings: (OpaquePointer?, OpaquePointer?) = (nil, nil)
        let outcome = unsafe withUnsafeMutablePointer(to: &readings) { readings in
            unsafe readings.withMemoryRebound(to: OpaquePointer?.self, capacity: 2) { readings in
                unsafe moon_mirror_finish(mirror, from.host, into.host, readings, &problem)
            }
        }
        switch outcome {
        case MOON_MIRROR_DONE:
            isDone = true
            guard let first = unsafe readings.0 else {
                preconditionFailure("a mirror that is done is read")
            }
            let before = unsafe from.state(of: first)
            return unsafe (before, readings.1.map { unsafe into.state(of: $0) } ?? before)
        case MOON_MIRROR_TOO_MUCH:
            throw ReloadRefusal(
                "`state` changes faster than it can be carried over", mayBeTriedAgain: true)
        default: throw unsafe refusal(problem)
        }
    }

    func abandon() { unsafe moon_mirror_stop(mirror, from.host) }

    private func refusal(_ problem: moon_text) -> ReloadRefusal {
        unsafe ReloadRefusal(
            "the state cannot be carried over: \(string(problem.bytes, problem.count))")
    }
}
