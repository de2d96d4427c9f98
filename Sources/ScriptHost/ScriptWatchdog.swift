internal import CMoon
internal import Synchronization

/// The end of a process whose strategy is stuck where Lua has no say: in C or in Swift.
///
/// A thread of its own looks whether a callback has been stuck for ``ScriptLimits/hardLimit``. It needs
/// no cooperation of the script, of Lua or of the thread that is stuck.
public enum ScriptWatchdog {
    private static let action = Mutex<(@Sendable (String) -> Void)?>(nil)

    /// Sets what is done before the process ends with exit code 3, with the message to show.
    ///
    /// It runs on the watchdog's thread while the engine's stands still, so it may not wait for
    /// that one: with real money it cancels the venue's orders through a connection of its own.
    public static func whenStuck(_ action: @escaping @Sendable (_ message: String) -> Void) {
        Self.action.withLock { $0 = action }
        unsafe moon_on_stuck { message in
            let text = unsafe string(message)
            ScriptWatchdog.action.withLock { $0 }?(text)
        }
    }
}
