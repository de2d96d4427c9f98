import LiveTrading
import RunInputs
import ScriptHost
import TradingCore
import TradingModel

/// A session that is over, or goes on, as its folder has it.
struct RecordedSession {
    let name: String
    let folder: RunFolder
    let record: RecordedRun

    /// - Parameter name: its name, or its folder.
    init(_ name: String) throws(RunFailure) {
        self.name = name
        do throws(RunFolder.Problem) {
            folder = try RunFolder.find(name)
        } catch {
            throw RunFailure(.usage, error.description + nearestSession(to: name))
        }
        do throws(RunFolder.Problem) {
            record = try RecordedRun(of: folder)
        } catch {
            throw RunFailure(.usage, error.description)
        }
    }

    /// Those that it ran with.
    ///
    /// - Parameter more: what is set over them.
    func settings(_ more: [SettingEntry] = []) throws(RunFailure) -> Settings {
        let own = record.header.settings.map {
            SettingEntry(path: Array($0.dropLast()), text: $0[$0.count - 1], origin: name)
        }
        do throws(InvalidSettings) {
            return try Settings(own + more)
        } catch {
            throw RunFailure(.usage, error.description)
        }
    }

    func origin(_ settings: Settings) -> ScriptOrigin {
        ScriptOrigin(
            path: record.header.script,
            parameters: record.header.parameters.map {
                ParameterOverride(name: $0.name, text: $0.text)
            },
            limits: settings.script, seed: record.header.seed)
    }

    // MARK: - Of a session at a venue

    /// What it was told, from its beginning.
    func inputs() throws(RunFailure) -> InputReader {
        guard InputReader.exists(in: folder.path) else {
            throw RunFailure(
                .usage,
                "\(name) traded at \(record.header.venue), and there is no recording of its inputs "
                    + "(inputs-0001.mri) in \(folder.path)")
        }
        do throws(RecordingProblem) {
            return try InputReader(of: folder.path)
        } catch {
            throw RunFailure(.failed, error.description)
        }
    }

    /// The first version, with the data that it began with.
    func firstVersion(_ origin: ScriptOrigin) throws(RunFailure) -> LuaStrategy {
        do {
            guard let state = record.header.state else {
                return try origin.load(record.first, state: nil)
            }
            let script = try LuaStrategy.version(startingWith: state) {
                text throws(ScriptError) in try origin.load(record.first, state: text)
            }
            try script.adopt(state)
            return script
        } catch {
            throw RunFailure(.failed, "\(error)")
        }
    }

    /// How a recording ends that does not end with its session.
    struct Shortfall {
        enum Kind {
            /// The session has no end: nothing is missing that was written.
            case unended
            case damaged
            case brokenOff
        }
        let kind: Kind
        let text: String
    }

    /// Why a recording that ends so is not all of its session; nil: it is.
    func shortfall(_ end: InputReader.End?) -> Shortfall? {
        switch end {
        case .ended, nil: return nil
        case .brokenOff(let reason):
            return Shortfall(
                kind: .brokenOff, text: "The recording ends before the session: \(reason)")
        case .damaged(let file, let place, let reason):
            return Shortfall(
                kind: .damaged, text: "\(file) is damaged at byte \(place): \(reason)")
        case .open, .cut:
            var how = "the session has no end: it runs yet, or it was killed"
            if case .cut(let file, let place) = end {
                how = "\(file) ends in the middle of what was written, at byte \(place)"
            }
            guard record.end != nil else { return Shortfall(kind: .unended, text: how) }
            return Shortfall(kind: .damaged, text: how + ", and the session went on")
        }
    }
}

extension InputReplay {
    /// Why it could not go on, in words.
    func failure(_ stop: Stop, _ header: RecordingHeader) -> RunFailure {
        switch stop {
        case .missingVersion(let version):
            return RunFailure(
                .failed,
                "the same: \(counted(inputCount, "input")) up to \(UTCTime(reached).iso); there "
                    + "version \(version) took over, and its text is not in session.jsonl: the "
                    + "runner was killed before it could be written")
        case .reload(let reason): return RunFailure(.failed, "not the same: \(reason)")
        case .difference(let difference):
            func list(_ outcomes: [RunOutcome]) -> String {
                guard !outcomes.isEmpty else { return "\n    nothing" }
                return outcomes.map { "\n    " + $0.inWords(header.instruments) }.joined()
            }
            var text =
                "not the same from input \(difference.input) on, at "
                + "\(UTCTime(difference.call.time).iso): "
                + difference.call.inWords(header.instruments)
            text += "\n  the session:" + list(difference.recorded)
            text += "\n  the replay:" + list(difference.replayed)
            if header.program != Runner.version {
                text += "\nthe session ran with version \(header.program) of the program"
            }
            return RunFailure(.failed, text)
        }
    }
}
