import Access
import HTTP
import Model
import Threads

/// What came of a password that a visitor has sent.
enum PasswordTry {
    case right
    case wrong
    /// It was not looked at: seconds until the next one is.
    case tooMany(seconds: Int)
    /// It was not looked at: others are.
    case busy(seconds: Int)
}

extension VisitServices {
    /// Tries a minute, of one address, of its neighbourhood and of everybody.
    private enum Tries {
        static let address = 5
        static let neighbourhood = 20
        static let link = 100
    }

    /// Looks at a password that was posted. Whoever has to wait has lost no try.
    /// - Throws: where scrypt fails. Nobody knows then whether the password is right.
    func tryPassword(in request: Request, _ link: CachedLink, _ hash: String) throws -> PasswordTry {
        do throws(TooBusy) { try passwords.requireRoom(for: link.workspace) } catch { return .busy(seconds: error.retryAfter) }
        let rate = limiter.check(Self.tryLimits(of: request, link.id))
        guard rate.isAllowed else { return .tooMany(seconds: rate.secondsToReset) }
        guard let form = try? Query(String(decoding: request.body, as: UTF8.self)),
            let password = form.parameters.first(where: { $0.name == "password" })?.value
        else { return .wrong }
        do {
            return try passwords.isRight(password, for: hash, of: link.workspace) ? .right : .wrong
        } catch let busy as TooBusy {
            return .busy(seconds: busy.retryAfter)
        }
    }

    /// A neighbourhood is the /24 of an IPv4 and the /48 of an IPv6 address: what one customer of a provider may have.
    private static func tryLimits(of request: Request, _ link: LinkID) -> [RateLimit] {
        let owner = "password:\(link)"
        let key = AddressRange.limitKey(request.remoteAddress)
        return [
            RateLimit(owner, perMinute: Tries.link),
            RateLimit(owner, part: AddressRange.coarse(request.remoteAddress), perMinute: Tries.neighbourhood),
            RateLimit(owner, part: key, perMinute: Tries.address),
        ]
    }
}
