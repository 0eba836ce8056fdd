import Model
import Store

/// One answered API request as it is stored.
public struct APIRequest: Sendable {
    public var workspace: WorkspaceID
    public var caller: Caller
    public var id: UInt128
    public var at: Timestamp
    /// Method and route pattern: `GET /links/{id}`.
    public var endpoint: String
    /// The identifier in the path, where there is one.
    public var resource: String
    public var status: Int
    public var microseconds: Int
    /// Whether it changed something, which then stands in the audit log.
    public var changed: Bool
    public var address: String
    public var userAgent: String

    public init(
        workspace: WorkspaceID, by caller: Caller, id: UInt128, at: Timestamp, endpoint: String, resource: String = "",
        status: Int, microseconds: Int, changed: Bool = false, address: String = "", userAgent: String = ""
    ) {
        self.workspace = workspace
        self.caller = caller
        self.id = id
        self.at = at
        self.endpoint = endpoint
        self.resource = resource
        self.status = status
        self.microseconds = microseconds
        self.changed = changed
        self.address = address
        self.userAgent = userAgent
    }
}
