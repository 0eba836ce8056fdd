// libFuzzer's entry: reads what it is given with one of the readers of bytes that come from outside. See Tests/fuzz.sh.
// What does not hold traps: that is how libFuzzer is told.

import JSON
import Foundation
import Glibc
import HTTP

@testable import DNS
@testable import FastCGI
@testable import Images

/// The reader that `MASK_FUZZ` names, and what has to hold of what it makes.
private let reader: @Sendable ([UInt8]) -> Void = {
    let name = ProcessInfo.processInfo.environment["MASK_FUZZ"] ?? ""
    guard let reader = readers[name] else { fatalError("MASK_FUZZ is \(name), not one of \(readers.keys.sorted())") }
    return reader
}()

private let readers: [String: @Sendable ([UInt8]) -> Void] = [
    "png": { readImage($0) }, "jpeg": { readImage($0) }, "webp": { readImage($0) },
    "json": readJSON, "dns": readDNS, "fastcgi": readRequests,
]

/// What libFuzzer's own main calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    reader(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// An image that is read has the pixels that it promises, and can be written.
private func readImage(_ bytes: [UInt8]) {
    guard let bitmap = try? Bitmap(decoding: bytes, limits: ImageLimits(bytes: 1 << 20, side: 512)) else { return }
    precondition(bitmap.pixels.count == bitmap.width * bitmap.height * 4)
    guard let png = try? bitmap.png(), let again = try? Bitmap(decoding: png, limits: ImageLimits(bytes: 1 << 22, side: 512))
    else { fatalError("what was read cannot be written and read again") }
    precondition(again.width == bitmap.width && again.height == bitmap.height)
}

/// JSON that is read is written as JSON that is read as the same.
private func readJSON(_ bytes: [UInt8]) {
    guard let value = try? JSON.parse(bytes) else { return }
    let text = value.serialized()
    guard let again = try? JSON.parse(text) else { fatalError("what was written cannot be read") }
    precondition(again.serialized() == text)
}

private func readDNS(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { _ = try? Message($0).records() }
}

/// Everything that a connection brings, in pieces of sizes that the first byte chooses.
private func readRequests(_ bytes: [UInt8]) {
    struct Pieces: ByteSource {
        var rest: ArraySlice<UInt8>
        let size: Int

        mutating func begin() {}

        mutating func receive(into buffer: UnsafeMutableRawBufferPointer, isBegun: Bool) -> Int {
            let piece = rest.prefix(min(size, buffer.count))
            rest = rest.dropFirst(piece.count)
            buffer.copyBytes(from: piece)
            return piece.count
        }
    }
    var records = RecordReader(Pieces(rest: bytes.dropFirst(), size: Int(bytes.first ?? 0) + 1))
    while (try? records.readHead(limit: FastCGIConnection.parameterBytesLimit)) != nil {
        precondition(records.parameters.count <= FastCGIConnection.parameterBytesLimit)
        let head = records.parameters.withUnsafeBytes { requestHead(ParameterReader($0)) }
        guard let head, let length = head.length, length <= FastCGIConnection.bodyLimit else { return }
        guard let body = try? records.readBody(length) else { return }
        precondition(body.count == length)
    }
}
