import Glibc
import Testing
import Threads

@testable import FastCGI

/// What a peer may take of a thread's time.
@Suite("The peer of a connection")
struct PeerTests {
    /// Two ends of one connection.
    private struct Pair: ~Copyable {
        let (ours, theirs): (Int32, Int32)

        init() {
            var ends: [Int32] = [-1, -1]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
            (ours, theirs) = (ends[0], ends[1])
        }

        deinit {
            close(ours)
            close(theirs)
        }
    }

    private static let begin: [UInt8] = [1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    private static let head = begin + [1, 4, 0, 1, 0, 0, 0, 0]

    @Test("a request that comes byte by byte has one deadline, not one for each byte")
    func deadline() throws {
        let pair = Pair()
        let theirs = pair.theirs
        let writer = try Thread.start(name: "drip") {
            for byte in Self.head {
                _ = send(theirs, [byte], 1, Int32(MSG_NOSIGNAL))
                usleep(50_000)
            }
        }
        var reader = RecordReader(Peer(descriptor: pair.ours, patienceMilliseconds: 500))
        #expect(throws: RecordFailure.ended) { try reader.readHead(limit: 1000) }
        writer.join()
    }

    @Test("the wait for a request does not count, and each has a deadline of its own, also one that has come with the one before")
    func each() throws {
        let pair = Pair()
        let theirs = pair.theirs
        var reader = RecordReader(Peer(descriptor: pair.ours, patienceMilliseconds: 400))
        for round in 0..<2 {
            let writer = try Thread.start(name: "late") {
                usleep(600_000)
                // The second time it brings half of another.
                let bytes = round == 0 ? Self.head : Self.head + Self.begin
                _ = send(theirs, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            }
            try reader.readHead(limit: 1000)
            writer.join()
        }
        usleep(600_000)
        let rest = Array(Self.head.dropFirst(Self.begin.count))
        let writer = try Thread.start(name: "rest") {
            usleep(20_000)
            _ = send(theirs, rest, rest.count, Int32(MSG_NOSIGNAL))
        }
        try reader.readHead(limit: 1000)
        writer.join()
    }

    @Test("a peer that takes nothing of an answer is given up")
    func takesNothing() {
        let pair = Pair()
        let peer = Peer(descriptor: pair.ours, sendPatienceMilliseconds: 200)
        #expect(!peer.send([UInt8](repeating: 0, count: 8 << 20)))
    }

    @Test("a peer that takes an answer slowly gets all of it")
    func takesSlowly() throws {
        let pair = Pair()
        let theirs = pair.theirs
        let answer = [UInt8](repeating: 7, count: 3 << 20)
        let received = Monitor(0)
        let taker = try Thread.start(name: "taker") {
            var part = [UInt8](repeating: 0, count: 65_536)
            while case let count = recv(theirs, &part, part.count, 0), count > 0 {
                received.withLock { $0 += count }
                usleep(2_000)
            }
        }
        #expect(Peer(descriptor: pair.ours).send(answer))
        shutdown(pair.ours, Int32(SHUT_WR))
        taker.join()
        #expect(received.withLock { $0 } == answer.count)
    }
}
