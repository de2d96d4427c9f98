import LiveTrading
import RunInputs
import TradingModel

/// The recording of what a run at a venue is told, in its folder, and what becomes of older ones.
enum InputRecording {
    /// Begins it, once room has been made for it; nil: it is not wanted, or cannot be begun, which is said.
    static func begin(
        in folder: RunFolder, _ header: RecordingHeader, _ settings: Settings,
        warn: @escaping @Sendable (String) -> Void
    ) -> InputRecorder? {
        let (bytes, age) = (settings.recordingBytes, settings.recordingAge)
        guard bytes > 0 else { return nil }
        let prune: @Sendable () -> Void = {
            let deleted = RecordingRetention.prune(
                mostBytes: bytes, longest: age, now: wallClock())
            guard !deleted.isEmpty else { return }
            let names = deleted.map(\.name).joined(separator: ", ")
            let megabytes = deleted.reduce(0) { $0 + $1.bytes } / 1_000_000
            warn("deleted the input recordings of \(names) (\(megabytes) MB): see recording.size")
        }
        prune()
        let (recorder, problem) = InputRecorder.begin(
            in: folder.path, header, limits: RecordingLimits(mostBytes: bytes), whenTurned: prune,
            whenEnded: { reason in
                warn("the recording of this run's inputs ends here, trading goes on: \(reason)")
            })
        if let problem {
            warn("this run's inputs are not recorded, so it cannot be replayed: \(problem)")
        }
        return recorder
    }
}
