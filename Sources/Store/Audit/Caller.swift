import MariaDB
import Model

/// Who makes API requests.
///
/// One column has both, in the journal and in the tables: a member's id stands there with its first bit set, which no id has before
/// the year 6429 (the first 48 bits are milliseconds since 1970). So it is no key's; the roll-ups need no other primary key, and
/// the audit chain covers it. While the hosts of an installation are upgraded one by one, the version before loads, counts and
/// seals it as it stands, as a key that it does not know.
public enum Caller: Hashable, Sendable {
    case key(APIKeyID)
    /// Somebody who is signed in, as the member that they are.
    case member(MemberID)

    private static let memberBit = UInt128(1) << 127

    package init(stored: ULID) {
        let isMember = stored.value & Self.memberBit != 0
        self = isMember ? .member(MemberID(ULID(value: stored.value ^ Self.memberBit))) : .key(APIKeyID(stored))
    }

    package var stored: ULID {
        switch self {
        case .key(let id): id.ulid
        case .member(let id): ULID(value: id.ulid.value | Self.memberBit)
        }
    }
}

// As an actor of the audit log.
extension Caller {
    init?(name: String) {
        if let id = APIKeyID(name) { self = .key(id) } else if let id = MemberID(name) { self = .member(id) } else { return nil }
    }

    var name: String {
        switch self {
        case .key(let id): id.description
        case .member(let id): id.description
        }
    }
}

extension Row {
    package func caller(_ column: Int) throws(MariaDBError) -> Caller { Caller(stored: try ulid(column)) }
}
