private import CCrypto
internal import Cryptography
internal import NIOCore

/// One connection's state in OpenSSL's hands: bytes of the network go in and come out by hand.
@safe
final class TLSConnection {
    enum Step {
        case done
        case waits
        case closed
        case failed(String)
    }

    private let tls: OpaquePointer
    // It is used as long as the connection is.
    private let context: TLSContext
    private var reason = FailureReason()

    /// - Parameter host: what the other side's certificate must name; nil: we are the server.
    init(_ context: TLSContext, host: TLSHandler.Host?) throws(TLSFailure) {
        self.context = context
        let tls =
            switch host {
            case .name(let name): unsafe crypto_tls_new(context.context, name, false, &reason.bytes)
            case .address(let address):
                unsafe crypto_tls_new(context.context, address, true, &reason.bytes)
            case nil: unsafe crypto_tls_new(context.context, nil, false, &reason.bytes)
            }
        guard let tls = unsafe tls else { throw .handshake(reason.text) }
        unsafe self.tls = unsafe tls
    }

    deinit { unsafe crypto_tls_free(tls) }

    /// Reads what came from the network.
    func receive(_ bytes: ByteBuffer) -> Bool {
        unsafe bytes.withUnsafeReadableBytes {
            unsafe crypto_tls_receive(tls, $0.baseAddress, $0.count)
        }
    }

    /// What waits to go to the network.
    func toSend(_ allocator: ByteBufferAllocator) -> ByteBuffer? {
        let count = unsafe crypto_tls_waiting(tls)
        guard count > 0 else { return nil }
        var bytes = allocator.buffer(capacity: count)
        unsafe bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: count) {
            unsafe crypto_tls_send(tls, $0.baseAddress, $0.count)
        }
        return bytes
    }

    func handshake() -> Step { step(unsafe crypto_tls_handshake(tls, &reason.bytes)) }

    /// How many bytes came and were not read: of the network's, or of a record's rest.
    var unread: Int { unsafe crypto_tls_unread(tls) }

    /// Appends what came to `bytes`.
    func read(into bytes: inout ByteBuffer, atMost most: Int) -> Step {
        var result = CRYPTO_TLS_WAITS
        unsafe bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: most) { room in
            var count = 0
            result = unsafe crypto_tls_read(
                tls, room.baseAddress, room.count, &count, &reason.bytes)
            return count
        }
        return step(result)
    }

    func write(_ bytes: ByteBuffer) -> Step {
        step(
            unsafe bytes.withUnsafeReadableBytes {
                unsafe crypto_tls_write(tls, $0.baseAddress, $0.count, &reason.bytes)
            })
    }

    func sendCloseNotify() { unsafe crypto_tls_goodbye(tls) }

    /// What is wrong with the other side's certificate; nil: nothing, as far as is known.
    var doubt: TLSFailure.Doubt? {
        var starts: Int64 = 0
        var ends: Int64 = 0
        switch unsafe crypto_tls_doubt(tls, &starts, &ends) {
        case CRYPTO_TLS_BELIEVED: return nil
        case CRYPTO_TLS_OTHER_NAME: return .otherName
        case CRYPTO_TLS_EXPIRED: return .expired(ends)
        case CRYPTO_TLS_EARLY: return .early(starts)
        default: return .unknownAuthority
        }
    }

    private func step(_ step: crypto_tls_step) -> Step {
        switch step {
        case CRYPTO_TLS_DONE: .done
        case CRYPTO_TLS_WAITS: .waits
        case CRYPTO_TLS_CLOSED: .closed
        default: .failed(reason.text)
        }
    }
}
