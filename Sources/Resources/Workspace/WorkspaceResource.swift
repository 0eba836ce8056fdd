import Access
import API
import HTTP
import JSON
import Model
import LinkStore
import Store
import Visits
import Work

/// `/workspace`: the workspace that the key belongs to; of a test key its sandbox.
enum WorkspaceResource {
    static func get(_ call: Call) throws -> Answer {
        let shown = shown(call.principal.workspace, try used(call))
        return try call.show(shown.json, shown.version)
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
            let used = try used(call)  // before the transaction, which has a connection of its own
            return try call.commit(call.workspaces.update(before, to: after)) {
                let shown = shown($0, used)
                return .ok(shown.json).tagged(shown.version)
            }
        }
    }

    /// What it has of what its quotas bound, which changes without anyone changing the workspace.
    private static func used(_ call: Call) throws -> [Quota: Int] {
        var used: [Quota: Int] = [:]
        for quota in Quota.allCases where quota != .pageVersions {
            used[quota] = try call.services.office.quotas.used(quota, in: call.principal.workspace)
        }
        return used
    }

    private static func shown(_ workspace: Workspace, _ used: [Quota: Int]) -> (json: JSON, version: ResourceVersion) {
        var (quotas, sum) = (JSONObject(), 0)
        for quota in Quota.allCases {
            quotas[quota.rawValue] = ["limit": JSON(workspace.limit(of: quota)), "used": JSON(used[quota])]
            sum = sum &* 31 &+ (used[quota] ?? 0)
        }
        var object = workspace.members
        object["quotas"] = .object(quotas)
        object["test"] = .bool(workspace.id.isSandbox)
        return (.object(object), ResourceVersion(workspace.version, detail: sum & 0xFFFF_FFFF))
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
        return try call.found { try Workspaces.find(call.workspace, on: $0) }
    }
}
