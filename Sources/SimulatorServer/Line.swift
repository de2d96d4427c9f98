internal import NIOCore
internal import TLS

extension ChannelPipeline {
    /// Sends bytes as they are, past the handler that would encode them.
    @discardableResult
    func writeRaw<Handler: ChannelOutboundHandler>(
        _ bytes: ByteBuffer, from encoder: Handler.Type
    ) -> EventLoopFuture<Void> {
        do {
            return try syncOperations.context(handlerType: encoder).writeAndFlush(NIOAny(bytes))
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
    }
}

extension Channel {
    /// Ends the TCP connection without a word: no close frame, no farewell of TLS.
    func cutLine() {
        // Without TLS there is no such handler.
        let tls = try? pipeline.syncOperations.context(handlerType: TLSHandler.self)
        if let tls {
            tls.close(promise: nil)
        } else {
            close(promise: nil)
        }
    }
}
