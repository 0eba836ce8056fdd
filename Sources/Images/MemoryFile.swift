import CLinux
import Glibc

/// A file without a name: unlike a pipe it holds all, so that neither side waits for the other.
struct MemoryFile: ~Copyable {
    let descriptor: Int32

    init(_ bytes: [UInt8]) throws(ImageError) {
        descriptor = memfd_create("svg", mask_memfd_close_on_exec)
        guard descriptor != -1 else { throw .failed("memfd_create") }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw .failed("write to a memory file") }
            rest = rest.dropFirst(count)
        }
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit { close(descriptor) }

    func contents() throws(ImageError) -> [UInt8] {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw .failed("fstat of a memory file") }
        let size = Int(information.st_size)
        var bytes = [UInt8](repeating: 0, count: size)
        guard pread(descriptor, &bytes, size, 0) == size else { throw .failed("pread of a memory file") }
        return bytes
    }
}
