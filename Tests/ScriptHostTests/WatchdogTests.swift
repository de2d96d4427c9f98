import CMoon
import ScriptHost
import Testing

@Suite struct `The watchdog` {
    @Test func `ends the process with 3 when a callback is stuck outside of Lua`() async {
        await #expect(processExitsWith: .exitCode(3)) {
            ScriptWatchdog.whenStuck { message in
                // Exit code 4 would show that the message does not say which limit.
                guard message.contains("stuck.lua"), message.contains("script.hard_limit") else {
                    fatalError(message)
                }
            }
            var limits = moon_limits()
            limits.instructions = 1_000_000
            limits.memory = 10_000_000
            limits.hard_limit = 100_000_000
            var calls = unsafe moon_calls()
            unsafe calls.now = { _ in
                while true {}
            }
            let source = "function on_timer() now() end"
            let host = unsafe moon_open(limits, calls, nil)
            guard unsafe moon_load(host, source, source.utf8.count, "stuck.lua") else { return }
            _ = unsafe moon_call(host, MOON_ON_TIMER)
        }
    }
}
