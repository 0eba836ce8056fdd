import HTTP
import Model
import Store

/// `/workspace`: the workspace that the key belongs to.
enum WorkspaceResource {
    static func get(_ call: Call) throws -> Answer {
        let workspace = call.principal.workspace
        return try call.show(workspace.json, ResourceVersion(workspace.version))
    }

    /// Changes name, plan and brand; only for a key that an owner has made.
    static func update(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let name = fields.field("name", as: .keyName)
        let plan: Field<Plan> = fields.field("plan", as: .choice())
        let brand = fields.field("brand", as: .brand)
        fields.refuseNull("name", name)
        fields.refuseNull("plan", plan)
        try fields.finish()
        guard call.principal.role == .owner else { throw Problem.insufficientRole(Role.owner.rawValue) }
        return try call.retrying("workspace") {
            let before = try find(call)
            try call.preconditions.requireMatch(ResourceVersion(before.version))
            var after = before
            if let name = name.value { after.name = name }
            if let plan = plan.value { after.plan = plan }
            if !brand.isAbsent { after.brand = try changed(before.brand, brand.value, call) }
            guard after != before else { return .ok(before.json).tagged(ResourceVersion(before.version)) }
            return try write(after, before, call)
        }
    }

    private static func write(_ after: Workspace, _ before: Workspace, _ call: Call) throws -> Answer {
        let answer = try call.commit { connection in
            try WorkspaceChanges.update(before, to: after, by: call.author, at: call.now, on: connection)
            return Answer.ok(after.json).tagged(ResourceVersion(after.version + 1))
        }
        call.services.revocation.takeEffect(in: call.workspace)
        call.services.brands.forget(call.workspace)
        return answer
    }

    /// A brand that is null is none at all.
    private static func changed(_ brand: Brand, _ fields: BrandFields?, _ call: Call) throws -> Brand {
        guard let fields else { return Brand() }
        if let logo = fields.logo.value,
            try call.services.store.read({ try Images.find(logo, in: call.workspace, on: $0) }) == nil
        {
            throw Problem.validationFailed(
                "/brand/logo_image", code: "unknown_image", "Use an image of this workspace; POST /images makes one.")
        }
        return fields.applied(to: brand)
    }

    private static func find(_ call: Call) throws -> Workspace {
        guard let workspace = try call.services.store.read({ try Workspaces.find(call.workspace, on: $0) }) else {
            throw Problem.notFound()
        }
        return workspace
    }
}

extension Workspace {
    var json: JSON {
        [
            "id": .string(id.description),
            "slug": .string(slug),
            "name": .string(name),
            "plan": .string(plan.rawValue),
            "requests_per_minute": .integer(Int64(requestsPerMinute)),
            "audit_days": .integer(Int64(plan.auditDays)),
            "brand": brand.json,
            "created_at": .string(createdAt.rfc3339),
        ]
    }
}
