import AccountSession
import CZlib
import CoinEx
import PropertyTesting
import Testing
import TradingModel
import WireText

/// The venue's own messages; tests that need them are skipped without.
let samples = VenueSamples(of: "coinex")
let noSamples: Comment = "\(VenueSamples.absence)"

/// Packs text as one gzip member, as the venue sends its frames.
func gzip(_ text: String) -> [UInt8] { packed(Array(text.utf8), windowBits: 31) }

func packed(_ bytes: [UInt8], windowBits: Int32) -> [UInt8] {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    unsafe deflateInit2_(
        &stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + 1_024)
    let count = unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(source.count)
            unsafe stream.next_out = target.baseAddress
            unsafe stream.avail_out = UInt32(target.count)
            unsafe deflate(&stream, Z_FINISH)
            return unsafe target.count - Int(stream.avail_out)
        }
    }
    unsafe deflateEnd(&stream)
    return Array(output[..<count])
}

/// What a reply says, or a failed test.
func payload<Value>(_ reply: Reply<Value>) throws -> Value {
    switch reply {
    case .success(let value): return value
    case .failure(let refusal): throw refusal
    }
}

/// The decimal that a test writes down.
func exact<Value: ExactDecimal>(_ text: String) -> Value {
    guard let value = try? Value(text) else { preconditionFailure("\(text) is no decimal") }
    return value
}

func push(_ text: String) throws -> Push {
    guard case .push(let push) = try Frame(parsing: Array(text.utf8)) else {
        throw BadMessage("is no push")
    }
    return push
}
