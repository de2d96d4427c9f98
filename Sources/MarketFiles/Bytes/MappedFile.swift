internal import Glibc
internal import TradingModel

/// A whole file in memory, paged in as it is read; unmapped with its last owner.
///
/// Shortening the file while it is mapped ends the process, as with every mapped file.
@safe final class MappedFile {
    let base: UnsafeRawPointer
    let size: Int

    init(_ file: OpenFile) throws(MarketDataError) {
        let address = unsafe mmap(nil, file.size, PROT_READ, MAP_PRIVATE, file.descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw MarketDataError(file: file.path, reason: "cannot be mapped: \(systemReason())")
        }
        unsafe madvise(address, file.size, MADV_SEQUENTIAL)
        unsafe base = UnsafeRawPointer(address)
        size = file.size
    }

    deinit { unsafe munmap(UnsafeMutableRawPointer(mutating: base), size) }
}
