import AccountStore
import Glibc
import HTTP
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources

/// A passkey that is removed while somebody signs in with it.
@Suite("A passkey that goes meanwhile")
struct PasskeyRaceTests {
    let stage: Stage

    init() throws { stage = try Stage { $0.appHost = Stage.appHost } }

    /// Two requests that nobody has sent yet, and whose passkey it is that they are about.
    private func requests() throws -> (user: User, signIn: Request, removal: Request) {
        let (browser, device, stranger) = (try stage.newBrowser(of: .owner).browser, try Device(), Browser(stage))
        try browser.add(Device())
        let made = try #require(try browser.add(device).json["id"]?.stringValue)
        let asked = stranger.ask(.post, "/session/passkey/challenge", [:])
        let signIn = stranger.request(.post, "/session/passkey", try device.signed(for: asked.json))
        return (try browser.user(), signIn, browser.request(.delete, "/account/passkeys/\(made)"))
    }

    private func sessions(of user: User) throws -> Int {
        try stage.query("SELECT COUNT(*) FROM sessions WHERE user_id = \(user.id)")[0].integer(0)
    }

    /// Sends one request after the other, while the row of the user is held: they go on in the order in which they came.
    private func answers(to requests: [Request], holding user: User) throws -> [String] {
        try inParallel(3) { [stage] number in
            if number > 0 {
                usleep(number == 1 ? 100_000 : 400_000)
                let answer = stage.application.respond(to: requests[number - 1])
                return "\(answer.status) \(answer.code ?? "")"
            }
            try stage.backdoor.write { connection in
                try connection.transaction { connection in
                    _ = try Users.hold(user.id, on: connection)
                    usleep(800_000)
                }
            }
            return ""
        }
    }

    @Test("removed first, it signs nobody in, though it was there when it was asked for")
    func removedFirst() throws {
        let (user, signIn, removal) = try requests()
        #expect(try answers(to: [removal, signIn], holding: user) == ["", "204 ", "401 invalid_credentials"])
        #expect(try sessions(of: user) == 1, "that of who has removed it")
    }

    @Test("removed after it has signed somebody in, it ends that session")
    func removedAfter() throws {
        let (user, signIn, removal) = try requests()
        #expect(try answers(to: [signIn, removal], holding: user) == ["", "201 ", "204 "])
        #expect(try sessions(of: user) == 1)
    }

    @Test("however the two meet, nobody is in by it once it is removed")
    func meeting() throws {
        for round in 0..<20 {
            let (user, signIn, removal) = try requests()
            let answers = try inParallel(2) { [stage] number in
                usleep(number == 0 ? UInt32(round) * 500 : 0)
                return stage.application.respond(to: number == 0 ? removal : signIn).status
            }
            #expect(answers[0] == 204 && [201, 401].contains(answers[1]), "\(answers)")
            #expect(try sessions(of: user) == 1)
        }
    }
}
