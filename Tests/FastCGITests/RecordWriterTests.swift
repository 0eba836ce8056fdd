import Testing

@testable import FastCGI

@Suite("The records of an answer")
struct RecordWriterTests {
    /// The contents of the records of an answer, in their order.
    private func contents(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var (contents, rest) = ([[UInt8]](), bytes[...])
        while !rest.isEmpty {
            let record = try #require(Record(rest.prefix(Record.headBytes)))
            #expect(record.request == 7 && record.kind == .standardOutput && record.padding == 0)
            contents.append(Array(rest.dropFirst(Record.headBytes).prefix(record.length)))
            rest = rest.dropFirst(Record.headBytes + record.length)
        }
        return contents
    }

    @Test("hold what is written where it is to stand, in as many as it takes", arguments: [0, 1, 65_535, 65_536, 200_000])
    func inPlace(_ count: Int) throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var writer = RecordWriter()
        writer.put([1, 2, 3], of: 7)
        writer.put(of: 7) { $0 += content }
        writer.put([4], of: 7)
        let records = try contents(writer.bytes)
        #expect(records.first == [1, 2, 3] && records.last == [4])
        #expect(Array(records.dropFirst().dropLast().joined()) == content)
        #expect(records.allSatisfy { $0.count <= Record.contentLimit })
    }
}
