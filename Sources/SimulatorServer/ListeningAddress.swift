/// Where a simulator listens: on loopback alone, for its accounts are no secret.
package struct ListeningAddress: Hashable, Sendable, CustomStringConvertible {
    package var host = "127.0.0.1"
    /// 0: any that is free.
    package var port: Int
    package init(port: Int) { self.port = port }
    package var description: String { "\(host):\(port)" }
}
