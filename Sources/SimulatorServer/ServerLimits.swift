package import NIOCore

/// How much of one client the server bears before it ends the connection.
package struct ServerLimits: Sendable {
    /// Of a request's body: 1 MB, where the venue's longest, a batch of ten orders, has some 3 KB.
    package var bodyBytes = 1 << 20
    /// What may follow a refused body before the connection is cut: a client that has begun to
    /// send learns of the refusal best when it has finished.
    package var discardedBytes = 16 << 20
    /// Of a client's message in one frame or several: 1 MB; a subscription to all markets has 50 KB.
    package var messageBytes = 1 << 20
    /// What may wait for a client that does not read: 8 MB, minutes of pushes.
    ///
    /// A client that far behind acts on a market that is gone, so its connection is cut.
    package var waitingBytes = 8 << 20
    /// Open connections, sockets among them; the next are closed at once.
    ///
    /// Half of the descriptors that a process usually has.
    package var connections = 500
    /// A connection without a request under way is closed when nothing comes for this long.
    package var idle = TimeAmount.seconds(75)
    /// How long a client has to answer a close frame before the connection is cut.
    package var closingNanoseconds: Int64 = 5_000_000_000

    package init() {}
}
