import Foundation
package import ScriptHost
import TradingModel

/// A script that counts in `state.fills` what it hears of.
package struct LifeScript: Sendable {
    /// Quotes around the touch, takes now and then.
    package static let mortal = LifeScript("mortal")
    /// Every kind of order there is.
    package static let life = LifeScript("life")

    package let file: String

    private init(_ name: String) {
        file =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Strategies/\(name).lua").path
    }

    /// Loads it with what it kept.
    ///
    /// - Parameter version: another one acts otherwise.
    package func load(
        _ setting: AccountSetting, seed: UInt64, version: Int = 1, _ state: String?
    ) throws(ScriptError) -> LuaStrategy {
        var values = [
            "symbol": setting.symbols[0], "size": setting.venue.size.description,
        ]
        if self.file == Self.life.file {
            values["acts"] = "\(seed % 1_000_000 + UInt64(version) * 1_000_003)"
            if setting.symbols.count > 1 { values["other"] = setting.symbols[1] }
        }
        return try LuaStrategy(
            file: file,
            parameters: values.sorted { $0.key < $1.key }
                .map { ParameterOverride(name: $0.key, text: $0.value) }, seed: seed, state: state)
    }
}
