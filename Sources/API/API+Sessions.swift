import Access
import AccountStore
import HTTP
import Model

// The app host, where people are signed in and keys count for nothing.
extension API {
    /// Who is signed in, as a member of the workspace that `Mask-Workspace` names; with `.test` behind it, in its sandbox.
    func session(of request: Request) throws -> Authenticator.Outcome {
        try refuseForeign(request)
        let (who, rate) = try services.sessions.authenticate(request, workspace: request.fields.maskWorkspace)
        guard request.fields.maskWorkspace != nil else {
            return Authenticator.Outcome(known: nil, refusal: .workspaceRequired, rate: rate)
        }
        guard let membership = who.membership else {
            return Authenticator.Outcome(known: nil, refusal: .unknownWorkspace, rate: rate)
        }
        return Authenticator.Outcome(known: Principal(who.session, as: membership), refusal: nil, rate: rate)
    }

    /// Refuses what comes from another origin's page, and keys.
    func refuseForeign(_ request: Request) throws(Problem) {
        if request.fields.authorization != nil { throw .keyOnAppHost(services.site.apiURL) }
        if let refusal = SameOrigin(services.site.appURL).refusal(of: request) { throw refusal }
    }

    func requireStepUp(_ caller: Principal) throws(Problem) {
        if case .session(let session, _) = caller.credential { try Self.requireStepUp(session) }
    }

    static func requireStepUp(_ session: Session) throws(Problem) {
        guard session.stepUpEnd(at: .now()) != nil else { throw .stepUpRequired }
    }
}

extension Problem {
    static let workspaceRequired = Problem(
        status: 400, code: "workspace_required", title: "Workspace required",
        detail: "Name the workspace in the header: Mask-Workspace: its-slug")

    /// The same whether there is no such workspace or they are no member of it.
    static let unknownWorkspace = Problem(
        status: 403, code: "unknown_workspace", title: "Unknown workspace",
        detail: "Choose another workspace; there is none of this name that you are a member of.")

    static let stepUpRequired = Problem(
        status: 403, code: "step_up_required", title: "Confirm who you are",
        detail: "Show again who you are with POST /v1/session/step-up, then send the request again.")

    static func keyOnAppHost(_ apiURL: String) -> Problem {
        Problem(
            status: 403, code: "key_on_app_host", title: "No API keys here",
            detail: "Send requests with an API key to \(apiURL); this host is for people who are signed in.")
    }
}
