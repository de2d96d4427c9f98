internal import NIOCore
internal import NIOPosix

/// A port of loopback that takes connections at once and hands each on to another port only when it is
/// told to: what stands behind it has not been heard of until then.
///
/// `@unchecked Sendable`: all of it happens on the loop.
final class Gate: @unchecked Sendable {
    private let loop: any EventLoop
    private let note: (String) -> Void
    private var lines: [Line] = []
    /// Where all go now; nil: they are held.
    private var port: Int?
    private var listener: (any Channel)?

    init(on loop: any EventLoop, note: @escaping (String) -> Void) {
        self.loop = loop
        self.note = note
    }

    /// - Returns: its port.
    func open() async throws -> Int {
        let listener = try await ServerBootstrap(group: loop)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    let line = Line { self.note("at the gate") }
                    lines.append(line)
                    try channel.pipeline.syncOperations.addHandler(line)
                    if let port { line.connect(to: port) }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return try await loop.submit { [self] in
            self.listener = listener
            return listener.localAddress?.port ?? 0
        }.get()
    }

    /// Lets the connection that came as this one (the first is 0) go on to the port; on the loop.
    func letThrough(_ number: Int, to port: Int) { lines[number].connect(to: port) }

    /// The same for all of them, and for those that come; on the loop.
    func letAllThrough(to port: Int) {
        self.port = port
        for line in lines { line.connect(to: port) }
    }

    func close() async throws {
        try await loop.submit { [self] in listener?.close(promise: nil) }.get()
    }

    /// One connection, whose bytes are held until it has another end.
    private final class Line: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let heard: () -> Void
        private var held: [ByteBuffer] = []
        private var near: (any Channel)?
        private var far: (any Channel)?
        private var isOn = false

        init(heard: @escaping () -> Void) { self.heard = heard }

        func handlerAdded(context: ChannelHandlerContext) { near = context.channel }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            if let far { return far.writeAndFlush(bytes, promise: nil) }
            held.append(bytes)
            heard()
        }

        func channelInactive(context: ChannelHandlerContext) { far?.close(promise: nil) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) {}

        func connect(to port: Int) {
            guard let near, !isOn else { return }
            isOn = true
            ClientBootstrap(group: near.eventLoop).connect(host: "127.0.0.1", port: port)
                .assumeIsolated().whenSuccess { [self] far in
                    try? far.pipeline.syncOperations.addHandler(Back(near))
                    self.far = far
                    for bytes in held { far.writeAndFlush(bytes, promise: nil) }
                }
        }
    }

    private final class Back: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let near: any Channel
        init(_ near: any Channel) { self.near = near }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            near.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }
        func channelInactive(context: ChannelHandlerContext) { near.close(promise: nil) }
    }
}
