/// How one runner speaks to another whose run goes on.
public enum Control {
    /// The runs under way that can be reached.
    public static func running() -> [RunFolder] {
        RunFolder.all().filter { ControlSocket.isReachable($0) }
    }

    /// Sends a request and returns the answer with its exit code; nil: the run is over.
    public static func send(
        _ request: String, to session: RunFolder
    ) -> (lines: [String], code: Int32)? {
        ControlSocket.send(request, to: session)
    }
}
