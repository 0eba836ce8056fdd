import Crypto
import Curl
import DeliveryStore
import JSON
import Model
import Store

/// Why a delivery cannot be sent at all.
enum SenderError: Error, CustomStringConvertible {
    case httpsOnly
    case wrongKey
    case crypto(CryptoError)

    var description: String {
        switch self {
        case .httpsOnly: "its endpoint is not https, and MASK_WEBHOOK_HTTP does not allow http"
        case .crypto(let error): "its endpoint's secret cannot be decrypted: \(error)"
        case .wrongKey: "its endpoint's secret was encrypted with another MASK_SECRET_KEY"
        }
    }
}

extension DeliveryQueue.Result {
    /// As if it had not been claimed.
    static func returned(_ claimed: DeliveryQueue.Claimed) -> Self {
        Self(claimed: claimed, attempt: nil, status: .waiting, nextAt: claimed.delivery.dueAt)
    }

    /// What an attempt has come to, and when the next one is due.
    init(of claimed: DeliveryQueue.Claimed, _ startedAt: Timestamp, _ exchange: Exchange) {
        let number = claimed.delivery.attempts
        let attempt = DeliveryAttempt(number, startedAt, exchange)
        if exchange.isSuccess {
            self.init(claimed: claimed, attempt: attempt, status: .succeeded, nextAt: nil)
            return
        }
        let now = Timestamp.now()
        let next = RetrySchedule.delay(after: number, exchange, at: now).map { now.adding(milliseconds: Int64($0 * 1000)) }
        self.init(claimed: claimed, attempt: attempt, status: next == nil ? .failed : .waiting, nextAt: next)
    }
}

extension Exchange {
    var isSuccess: Bool { if case .answered(let status) = result { (200..<300).contains(status) } else { false } }
}

extension DeliveryAttempt {
    init(_ number: Int, _ startedAt: Timestamp, _ exchange: Exchange) {
        self.init(
            number: number, startedAt: startedAt, milliseconds: exchange.milliseconds, address: exchange.address,
            httpVersion: exchange.httpVersion, body: exchange.body)
        switch exchange.result {
        case .answered(let status): self.status = status
        case .failed(let failure): error = failure.rawValue
        }
    }
}

extension AuditEntry {
    static func disabled(_ work: DeliveryQueue.Work, _ reason: String, at now: Timestamp) -> Self {
        entry(.webhookDisabled, work, at: now, ["enabled": false, "disabled_reason": .string(reason)])
    }

    static func failing(_ work: DeliveryQueue.Work, for days: Int, since: Timestamp, at now: Timestamp) -> Self {
        entry(.webhookFailing, work, at: now, ["days": JSON(days), "failing_since": .string(since.rfc3339)])
    }

    private static func entry(_ action: AuditAction, _ work: DeliveryQueue.Work, at now: Timestamp, _ after: JSON) -> Self {
        AuditEntry(
            workspace: work.workspace, at: now, actor: .sender, action: action.rawValue, resource: work.webhook.description,
            changes: JSON.object(["after": after]).serialized())
    }
}
