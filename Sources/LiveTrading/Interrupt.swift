internal import Glibc
internal import Synchronization
internal import Threads

/// Ctrl-C, SIGTERM and a terminal that closes, as a question that a loop asks.
///
/// The first signal asks for an end; whoever has something to lose by a hasty one asks for more
/// patience, and for its last words to be said.
public enum Interrupt {
    private static let requests = Atomic<Int>(0)
    private static let patience = Atomic<Int>(2)
    private static let first = Atomic<Int32>(0)
    /// Whether somebody waits to say the last words.
    private static let hasSpeaker = Atomic<Bool>(false)
    /// Whether SIGHUP is a wish to read the limits again.
    private static let isService = Atomic<Bool>(false)
    private static let wantsLimits = Atomic<Bool>(false)
    private static let hasCrashed = Atomic<Bool>(false)
    private static let hasSpoken = Atomic<Bool>(false)
    /// Rung by the signal that gives up.
    nonisolated(unsafe) private static let bell: UnsafeMutablePointer<sem_t> = {
        let bell = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        unsafe sem_init(bell, 0, 0)
        return unsafe bell
    }()

    /// From now on the first signal only raises a flag; the last of `signals` ends the process at once.
    ///
    /// SIGHUP stays ignored where the parent wants it so, as `nohup` does; SIGQUIT gives up at once.
    ///
    /// - Parameters:
    ///   - signals: 2 where nothing is lost, 3 where the second has a meaning.
    ///   - readsLimits: whether SIGHUP asks for ``drainLimitWish()`` where no terminal can be closed.
    public static func watch(signals: Int = 2, readsLimits: Bool = false) {
        patience.store(signals, ordering: .relaxed)
        isService.store(readsLimits && !hasTerminal, ordering: .relaxed)
        // A parent may have left them blocked, and would then never stop us.
        var wanted = sigset_t()
        unsafe sigemptyset(&wanted)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] where !isNoHangup(number) {
            unsafe sigaddset(&wanted, number)
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { Interrupt.raise($0) }
            // No SA_RESTART: a sleep must end so that the loop can look at the flag.
            unsafe sigaction(number, &action, nil)
        }
        unsafe pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }

    /// Whether the process has a terminal whose end would be told by SIGHUP.
    private static var hasTerminal: Bool {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        close(terminal)
        return true
    }

    /// Whether somebody has asked since the last call that the limits be read again.
    public static func drainLimitWish() -> Bool {
        wantsLimits.exchange(false, ordering: .relaxed)
    }

    private static func isNoHangup(_ number: Int32) -> Bool {
        guard number == SIGHUP else { return false }
        var old = sigaction()
        unsafe sigaction(number, nil, &old)
        let address = unsafe unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self)
        return address == 1  // SIG_IGN
    }

    /// Whether somebody asked the process to end.
    public static var isRaised: Bool { count > 0 }
    /// How often somebody did.
    public static var count: Int { requests.load(ordering: .relaxed) }

    /// What asked for the end, in words.
    public static var reason: String {
        first.load(ordering: .relaxed) == SIGHUP ? "the terminal was closed" : "interrupted"
    }

    /// Why the process ends without an end of its run.
    public enum Haste: Sendable {
        case givenUp
        case crashed
    }

    /// Lets `speak` be called, on a thread of its own, when somebody gives up or the program is about to
    /// die of a fault of its own; the process ends when it returns.
    ///
    /// It must not wait for a thread that may be stuck.
    public static func whenInHaste(_ speak: @escaping @Sendable (Haste) -> Void) {
        _ = unsafe bell  // made here, not in a signal's handler
        WorkerThread.detach {
            while unsafe sem_wait(bell) != 0 {}
            let hasCrashed = hasCrashed.load(ordering: .sequentiallyConsistent)
            speak(hasCrashed ? .crashed : .givenUp)
            guard hasCrashed else { _exit(1) }
            hasSpoken.store(true, ordering: .sequentiallyConsistent)
        }
        hasSpeaker.store(true, ordering: .sequentiallyConsistent)
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE] {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { Interrupt.crash($0) }
            unsafe sigaction(number, &action, nil)
        }
    }

    /// Waits for the last words, a second at most, and lets the fault take its course.
    private static func crash(_ number: Int32) {
        signal(number, SIG_DFL)
        if !hasCrashed.exchange(true, ordering: .sequentiallyConsistent) { unsafe sem_post(bell) }
        for _ in 0..<100 where !hasSpoken.load(ordering: .sequentiallyConsistent) {
            usleep(10_000)
        }
        Glibc.raise(number)
    }

    private static func raise(_ number: Int32) {
        if number == SIGHUP, isService.load(ordering: .relaxed) {
            return wantsLimits.store(true, ordering: .relaxed)
        }
        let limit = patience.load(ordering: .relaxed)
        _ = first.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        let count = requests.add(number == SIGQUIT ? limit : 1, ordering: .relaxed).newValue
        guard count >= limit else { return }
        // The last words take a moment; whoever has no patience for them gets none.
        guard count < 2 * limit, hasSpeaker.load(ordering: .sequentiallyConsistent) else {
            _exit(1)
        }
        unsafe sem_post(bell)
    }
}
