import Access
import HTTP
import JSON
import Model

extension Call {
    /// Refuses more than the workspace may have. Nothing has been done yet.
    func admit(_ number: Int = 1, of quota: Quota) throws {
        guard try room(for: number, of: quota) < number else { return }
        throw Problem.quotaExceeded(quota, of: principal.workspace)
    }

    /// How many of so many new ones the workspace may have.
    func room(for number: Int, of quota: Quota) throws -> Int {
        number == 0 ? 0 : try services.quotas.admit(number, of: quota, in: principal.workspace)
    }
}

extension Problem {
    static func quotaExceeded(_ quota: Quota, of workspace: Workspace) -> Problem {
        let limit = workspace.limit(of: quota)
        let way = quota == .idempotencyBytes
            ? "Send fewer items in a request, or no Idempotency-Key; answers are kept for a day."
            : "Delete what is not needed."
        return Problem(
            status: 422, code: "quota_exceeded", title: "Quota exceeded",
            detail: "This workspace may have \(quota.phrase(limit)). \(way) A larger plan has more, and whoever runs this "
                + "service can raise the quota.",
            extensions: ["quota": .string(quota.rawValue), "limit": JSON(limit)])
    }
}
