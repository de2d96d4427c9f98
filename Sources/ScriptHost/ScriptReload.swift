internal import CMoon
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
        appendRequests(to: &askedAtLoad)
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

    /// What the script declares as `state_version`.
    func declaredShape() throws(ScriptError) -> Int64 {
        var shape: Int64 = 1
        guard unsafe moon_state_shape(host, &shape) else { throw failure(handler: nil) }
        return shape
    }
}
