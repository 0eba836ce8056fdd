import Curl
import Glibc
import Support

extension Multi {
    /// A Multi that may go everywhere, with short times. SIGPIPE is ignored, as the programs do.
    static func free(
        verifyingWith caFile: String? = nil, connect: Int = 5_000, whole: Int = 10_000
    ) throws -> Multi {
        signal(SIGPIPE, SIG_IGN)
        return try Multi(
            isAllowed: { _, _ in true }, verifyingWith: caFile,
            limits: Limits(connectMilliseconds: connect, wholeMilliseconds: whole))
    }

    /// Sends one post and waits for its end.
    func post(
        _ url: String, fields: [(name: String, value: String)] = [], body: [UInt8] = Array("{}".utf8)
    ) throws -> Exchange {
        try start(Post(url: url, fields: fields, body: body), tag: 0)
        return try all().first?.exchange ?? { throw TestFailure("nothing ended") }()
    }

    /// Waits for the end of all posts.
    func all() throws -> [(tag: Int, exchange: Exchange)] {
        var ended: [(tag: Int, exchange: Exchange)] = []
        while count > 0 {
            let some = wait(milliseconds: 30_000)
            if some.isEmpty { throw TestFailure("\(count) posts have not ended in 30 s") }
            ended += some
        }
        return ended
    }
}
