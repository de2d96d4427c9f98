import ScriptHost
import TradingCore
import TradingModel

/// Loads a script with its overrides; every fault is one message and exit code 2 or 1.
func loadStrategy(
    _ path: String, set assignments: [String], limits: ScriptLimits, seed: UInt64
) throws -> LuaStrategy {
    let overrides = try parameterOverrides(assignments)
    ScriptWatchdog.whenStuck { message in
        Console.clearStatus()
        Console.fail("\(message); its orders were simulated, and end with it.")
    }
    do {
        let strategy = try LuaStrategy(
            file: path, parameters: overrides, limits: limits, seed: seed)
        guard !strategy.symbols.isEmpty else {
            throw RunFailure(
                .usage,
                "\(path): the script subscribes to nothing; begin with for example "
                    + "subscribe(\"sim:BTC/USDT\", \"trades\")")
        }
        return strategy
    } catch let error as ScriptError {
        throw RunFailure(.usage, error.description)
    }
}

/// The values of `--set`.
func parameterOverrides(_ assignments: [String]) throws(RunFailure) -> [ParameterOverride] {
    var overrides: [ParameterOverride] = []
    for text in assignments {
        guard let override = ParameterOverride(text) else {
            throw RunFailure(.usage, "--set: expected name=value, found `\(text)`")
        }
        overrides.append(override)
    }
    return overrides
}

/// The script's, the paper venue's and the engine's side of the settings.
extension Settings {
    var engineSettings: EngineSettings {
        var settings = EngineSettings()
        settings.limits = limits
        settings.limitsBySymbol = limitsBySymbol
        settings.limitsByVenue = limitsByVenue
        settings.maxFailuresPerMinute = maxFailuresPerMinute
        settings.maxTimersPerSecond = script.timerBeatsPerSecond
        settings.finalOrdersKept = script.ordersKept
        return settings
    }
}
