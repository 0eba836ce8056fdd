import Access
import AccountStore
import API
import HTTP
import JSON
import Model
import Store
import Work

/// `/team/invitations`: who is asked to work in the workspace, and has not come yet. What follows the link: OneTimeLinkResource.swift.
enum InvitationResource {
    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        try query.finish()
        return try pagination.page(of: "invitations", id: \OneTimeLink.id, json: \.json) { last, limit in
            try call.services.store.read {
                try OneTimeLinks.invitations(to: call.workspace, after: last, limit: limit, at: call.now, on: $0)
            }
        }
    }

    /// Another one for the same address takes the place of the one before.
    static func create(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let email = fields.required("email", as: .userEmail)
        let role = fields.required("role", as: .choice(of: Role.self))
        let (address, wanted) = try fields.finish(requiring: email, role)
        try call.requireRank(of: wanted)
        let origin = try call.services.office.dashboard()
        let change = try call.oneTimeLinks.invite(
            address, to: call.principal.workspace, as: wanted, by: call.principal.member)
        return try call.commit(change) { shown in
            var answer = Answer.created(
                shown.link.json(with: shown.url(at: origin)), at: "\(call.basePath)/team/invitations/\(shown.link.id)")
            answer.isSecret = true
            return answer
        }
    }

    static func withdraw(_ call: Call) throws -> Answer {
        try call.delete("invitation", .invitationWithdrawn, find: {
            try OneTimeLinks.invitation($0, to: call.workspace, at: call.now, on: $1)
        }) { invitation in
            if let role = invitation.role { try call.requireRank(of: role) }
            return call.oneTimeLinks.withdraw(invitation, from: call.principal.workspace)
        }
    }
}
