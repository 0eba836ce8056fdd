import CAres
import Glibc

/// Asks name servers, and waits for the answers for a bounded time. Blocks the calling thread; safe on any.
///
/// The system's own `getaddrinfo` is no help: it knows no TXT records, reads `/etc/hosts`, and waits as long as it likes.
public struct Resolver: Sendable {
    /// `address` or `address:port`, divided by commas; nil for those of `/etc/resolv.conf`.
    private let servers: String?
    private let timeoutMilliseconds: Int

    /// - Parameter timeoutMilliseconds: after which all that is unanswered has failed.
    public init(servers: String? = nil, timeoutMilliseconds: Int = 4000) {
        self.servers = servers
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// Asks all questions at once. A name or record that does not exist is an empty answer, not a failure.
    public func ask(_ questions: [Question]) -> [Result<[Record], DNSFailure>] {
        guard Self.isReady else { return questions.map { _ in .failure(.local("ares_library_init")) } }
        do throws(DNSFailure) {
            let channel = try Channel(servers: servers, timeoutMilliseconds: timeoutMilliseconds)
            return channel.ask(questions, timeoutMilliseconds: timeoutMilliseconds)
        } catch {
            return questions.map { _ in .failure(error) }
        }
    }

    /// > "This function must be called before any of the other c-ares functions" — once for each process.
    /// > https://c-ares.org/docs/ares_library_init.html
    private static let isReady = ares_library_init(ARES_LIB_INIT_ALL) == mask_ares_success
}

/// What can be asked of a name.
public struct Question: Sendable, Hashable {
    public var name: String
    public var type: RecordType

    public init(_ type: RecordType, _ name: String) {
        self.type = type
        self.name = name
    }
}

/// The numbers of RFC 1035 section 3.2.2 and RFC 3596 section 2.1.
public enum RecordType: Int, Sendable {
    case a = 1
    case cname = 5
    case txt = 16
    case aaaa = 28
}

/// One record of an answer.
public enum Record: Sendable, Hashable {
    /// The strings of a TXT record, joined (RFC 7208 section 3.3 does the same). What is no UTF-8 is replaced.
    case text(String)
    /// Where a CNAME leads: lower case, without the dot at the end.
    case alias(String)
    /// An IPv4 or IPv6 address, as inet_ntop(3) writes it.
    case address(String)
}

/// Why a question has no answer.
public enum DNSFailure: Error, Sendable, Hashable {
    /// No answer in time.
    case timeout
    /// The servers cannot be reached, or answer SERVFAIL or REFUSED.
    case serverFailure
    /// An answer that cannot be read.
    case malformed
    /// This side could not ask: the name of the c-ares function, or its reason.
    case local(String)

    init(status: Int32) {
        switch status {
        case mask_ares_timeout, mask_ares_cancelled: self = .timeout
        case mask_ares_servfail, mask_ares_refused, mask_ares_connrefused, mask_ares_notimp: self = .serverFailure
        case mask_ares_badresp, mask_ares_formerr: self = .malformed
        default: self = .local(String(cString: ares_strerror(status)))
        }
    }

    /// As one sentence for a user.
    public var message: String {
        switch self {
        case .timeout: "The name servers did not answer in time."
        case .serverFailure: "The name servers could not be reached or refused to answer (SERVFAIL or REFUSED)."
        case .malformed: "The name servers sent an answer that cannot be read."
        case .local(let reason): "The name servers could not be asked: \(reason)."
        }
    }
}
