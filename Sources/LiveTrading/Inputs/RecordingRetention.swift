internal import Glibc
public import TradingModel

/// How long recordings of runs that are over are kept: the oldest go first, never one that is written.
public enum RecordingRetention {
    /// A recording that was deleted.
    public struct Deleted: Hashable, Sendable {
        /// Of the run.
        public var name: String
        public var bytes: Int
    }

    private struct Recording {
        let folder: RunFolder
        let files: [String]
        var bytes = 0
        /// When it was written last, in seconds.
        var last: Int64 = 0
    }

    /// What was written within so many seconds is being written, whatever its lock says.
    private static let liveSeconds: Int64 = 60

    /// Deletes those that are too old, and the oldest where all together are too large.
    ///
    /// - Parameters:
    ///   - mostBytes: of the recordings of all runs.
    ///   - longest: since a recording was written last, in nanoseconds.
    ///   - now: by the wall clock.
    public static func prune(mostBytes: Int, longest: Int64, now: Timestamp) -> [Deleted] {
        let seconds = now.nanoseconds / 1_000_000_000
        let all = RunFolder.all().compactMap(recording).sorted { $0.last < $1.last }
        var total = all.reduce(0) { $0 + $1.bytes }
        var deleted: [Deleted] = []
        for recording in all {
            let isOld = seconds - recording.last > longest / 1_000_000_000
            guard isOld || total > mostBytes else { continue }
            guard seconds - recording.last > liveSeconds,
                RunPresence.process(of: recording.folder) == nil
            else { continue }
            for file in recording.files { _ = unsafe unlink(file) }
            total -= recording.bytes
            deleted.append(Deleted(name: recording.folder.name, bytes: recording.bytes))
        }
        return deleted
    }

    /// How large a run's recording is.
    public static func bytes(of folder: RunFolder) -> Int { recording(of: folder)?.bytes ?? 0 }

    /// Nil: the run has none.
    private static func recording(of folder: RunFolder) -> Recording? {
        let names = fileNames(in: folder.path).filter {
            $0.hasPrefix("inputs-") && $0.hasSuffix(".mri")
        }
        guard !names.isEmpty else { return nil }
        // The first goes last: without it the rest is nothing, with it alone there is something to see.
        var found = Recording(
            folder: folder, files: names.sorted(by: >).map { folder.path + "/" + $0 })
        for file in found.files {
            var facts = stat()
            guard unsafe stat(file, &facts) == 0 else { continue }
            found.bytes += Int(facts.st_size)
            found.last = max(found.last, Int64(facts.st_mtim.tv_sec))
        }
        return found
    }
}
