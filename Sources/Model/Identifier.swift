/// What an identifier names; its prefix is what clients see before the `_`.
public protocol IdentifierKind: Sendable {
    static var prefix: String { get }
}

/// The identity of one thing: `lnk_01hzx…`, a prefix and a lower-case ULID. Time-ordered; opaque to clients.
public struct Identifier<Kind: IdentifierKind>: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let ulid: ULID

    public init(_ ulid: ULID) { self.ulid = ulid }

    /// A new identity, made now.
    public static func new() -> Identifier { Identifier(ULID(milliseconds: Timestamp.now().milliseconds)) }

    /// So many new identities, made now, in their order: one random one, and those that come next.
    public static func series(_ count: Int) -> [Identifier] {
        let first = ULID(milliseconds: Timestamp.now().milliseconds).value & ~(1 << 79)  // room to count on in
        return (0..<count).map { Identifier(ULID(value: first + UInt128($0))) }
    }

    /// Reads `prefix_ulid`; nil where it is anything else.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Kind.prefix + "_"), let ulid = ULID(String(text.dropFirst(Kind.prefix.count + 1))) else {
            return nil
        }
        self.ulid = ulid
    }

    public var description: String { Kind.prefix + "_" + ulid.description }

    public static func < (left: Identifier, right: Identifier) -> Bool { left.ulid < right.ulid }
}

public enum LinkKind: IdentifierKind { public static let prefix = "lnk" }
public enum APIKeyKind: IdentifierKind { public static let prefix = "key" }
public enum WorkspaceKind: IdentifierKind { public static let prefix = "ws" }
public enum DomainKind: IdentifierKind { public static let prefix = "dom" }
public enum EventKind: IdentifierKind { public static let prefix = "evt" }
public enum AuditKind: IdentifierKind { public static let prefix = "aud" }
public enum WebhookKind: IdentifierKind { public static let prefix = "wh" }
public enum DeliveryKind: IdentifierKind { public static let prefix = "dlv" }
public enum MemberKind: IdentifierKind { public static let prefix = "usr" }
public enum PageKind: IdentifierKind { public static let prefix = "page" }
public enum ImageKind: IdentifierKind { public static let prefix = "img" }
public enum QRCodeKind: IdentifierKind { public static let prefix = "qr" }

public typealias LinkID = Identifier<LinkKind>
public typealias APIKeyID = Identifier<APIKeyKind>
public typealias WorkspaceID = Identifier<WorkspaceKind>
public typealias DomainID = Identifier<DomainKind>
public typealias EventID = Identifier<EventKind>
public typealias AuditID = Identifier<AuditKind>
public typealias WebhookID = Identifier<WebhookKind>
public typealias DeliveryID = Identifier<DeliveryKind>
public typealias MemberID = Identifier<MemberKind>
public typealias PageID = Identifier<PageKind>
public typealias ImageID = Identifier<ImageKind>
public typealias QRCodeID = Identifier<QRCodeKind>
