/// How one runner speaks to another that runs a session.
public enum Control {
    /// The sessions that run now and can be reached.
    public static func running() -> [RunFolder] {
        RunFolder.all().filter { ControlSocket.isReachable($0) }
    }

    /// Sends a request and returns the answer with its exit code; nil: the session does not run.
    public static func send(
        _ request: String, to session: RunFolder
    ) -> (lines: [String], code: Int32)? {
        ControlSocket.send(request, to: session)
    }
}
