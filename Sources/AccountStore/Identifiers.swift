import Model

public enum UserKind: IdentifierKind { public static let prefix = "acc" }
public enum SessionKind: IdentifierKind { public static let prefix = "ses" }
public enum PasskeyKind: IdentifierKind { public static let prefix = "pk" }
public enum OneTimeLinkKind: IdentifierKind { public static let prefix = "inv" }

public typealias UserID = Identifier<UserKind>
public typealias SessionID = Identifier<SessionKind>
public typealias PasskeyID = Identifier<PasskeyKind>
public typealias OneTimeLinkID = Identifier<OneTimeLinkKind>
