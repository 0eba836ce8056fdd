import Glibc

/// The marks of the table, so arranged that one pass over a header finds them all: the three bytes from each place on name
/// a bucket, and nearly all buckets are empty. The cost does not grow with the table.
struct UserAgentMarks: Sendable {
    static let all = UserAgentMarks(UserAgentTable.entries)

    private let entries: [UserAgentTable.Entry]
    /// The place of each entry's kind in what is found.
    private let kinds: [Int]
    private let marks: [[UInt8]]
    /// The text before a mark that takes its meaning away; empty for most.
    private let exceptions: [[UInt8]]
    /// Of each bucket the first mark, and of each mark the next one in its bucket; -1 at the end.
    private let first: [Int16]
    private let next: [Int16]

    private static let bucketCount = 4096
    private static let byteLimit = 512

    init(_ entries: [UserAgentTable.Entry]) {
        var first = [Int16](repeating: -1, count: Self.bucketCount)
        var next = [Int16](repeating: -1, count: entries.count)
        marks = entries.map { Array($0.mark.utf8) }
        for (number, mark) in marks.enumerated() {
            let bucket = Self.bucket(mark[0], mark[1], mark[2])
            (next[number], first[bucket]) = (first[bucket], Int16(number))
        }
        (self.entries, self.first, self.next) = (entries, first, next)
        kinds = entries.map(\.kind.rawValue)
        exceptions = entries.map { Array($0.unlessAfter.utf8) }
    }

    private static func bucket(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        (Int(first) &* 289 &+ Int(second) &* 17 &+ Int(third)) & (bucketCount - 1)
    }

    /// What was found: of each kind the entry that comes first in the table.
    struct Found {
        var isEmpty = false
        fileprivate var numbers = SIMD16<Int16>(repeating: -1)
        fileprivate let entries: [UserAgentTable.Entry]

        subscript(_ kind: UserAgentTable.Kind) -> UserAgentTable.Entry? {
            let number = numbers[kind.rawValue]
            return number < 0 ? nil : entries[Int(number)]
        }

        fileprivate mutating func note(_ number: Int16, of kind: Int) {
            if numbers[kind] < 0 || number < numbers[kind] { numbers[kind] = number }
        }
    }

    /// Reads the first 512 bytes, in lower case.
    func find(in header: String) -> Found {
        var header = header
        return header.withUTF8 { bytes in
            let count = min(bytes.count, Self.byteLimit)
            // Two bytes more, so that three can be read at the last place.
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + 2) { buffer in
                for place in 0..<count {
                    let byte = bytes[place]
                    buffer[place] = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
                }
                (buffer[count], buffer[count + 1]) = (0, 0)
                return find(in: UnsafeBufferPointer(buffer), count)
            }
        }
    }

    private func find(in text: UnsafeBufferPointer<UInt8>, _ count: Int) -> Found {
        var found = Found(isEmpty: count == 0, entries: entries)
        // Some libraries send their header in quotation marks.
        let start = text[..<count].firstIndex { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: " ") } ?? 0
        first.withUnsafeBufferPointer { first in
            for place in 0..<count {
                var number = first[Self.bucket(text[place], text[place + 1], text[place + 2])]
                while number >= 0 {
                    let entry = Int(number)
                    let isPlace = kinds[entry] != Self.opening || place == start
                    if isPlace, stands(entry, at: place, in: text, count) { found.note(number, of: kinds[entry]) }
                    number = next[entry]
                }
            }
        }
        return found
    }

    private static let opening = UserAgentTable.Kind.opening.rawValue

    private func stands(_ number: Int, at place: Int, in text: UnsafeBufferPointer<UInt8>, _ count: Int) -> Bool {
        let mark = marks[number]
        guard mark.count <= count - place else { return false }
        for index in mark.indices where text[place + index] != mark[index] { return false }
        let exception = exceptions[number]
        return exception.isEmpty || !text[..<place].suffix(exception.count).elementsEqual(exception)
    }
}
