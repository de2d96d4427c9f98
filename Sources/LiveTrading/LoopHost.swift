public import NIOCore
internal import NIOPosix
internal import Transport

/// What runs sessions on one event loop until it has ended.
///
/// It is made with a loop and with what to call, once, when its last connection is closed.
public protocol LoopHost: AnyObject {
    /// Connects, and does what follows.
    func begin()
}

extension LoopHost {
    /// Lets `body` set a host up on a loop of the calling thread and returns when it has ended.
    public static func runHere(_ body: (any EventLoop, @escaping () -> Void) -> Self) {
        var host: Self?
        withoutActuallyEscaping(body) { body in
            MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
                let made = body(loop) { loop.shutdownGracefully { _ in } }
                host = made
                made.begin()
            }
        }
        withExtendedLifetime(host) {}
    }

    /// Closes all connections, living until they are gone.
    func close(
        _ drivers: [SessionDriver], on loop: any EventLoop, then onEnd: @escaping () -> Void
    ) {
        EventLoopFuture.andAllComplete(drivers.map { $0.close() }, on: loop).assumeIsolated()
            .whenComplete { _ in
                withExtendedLifetime((self, drivers)) {}
                onEnd()
            }
    }
}
