import DNS
import Model
import Text

/// Looks at the DNS records of a domain: whether its owner has made those that were asked for.
public struct DomainInspection {
    private let resolver: Resolver
    /// Where the domain's address has to lead.
    private let linkHost: String

    public init(resolver: Resolver, linkHost: String) {
        self.resolver = resolver
        self.linkHost = linkHost
    }

    public func inspect(_ domain: Domain, at now: Timestamp) -> DomainCheck {
        let questions = [
            Question(.txt, domain.ownershipName), Question(.a, domain.host), Question(.aaaa, domain.host),
            Question(.a, linkHost), Question(.aaaa, linkHost),
        ]
        let answers = resolver.ask(questions)
        var check = DomainCheck()
        check.at = now
        var complaints: [String?] = []
        if let value = domain.ownershipValue {
            let found = ownership(value, domain.ownershipName, answers[0])
            check.ownership = found.state
            complaints.append(found.complaint)
        }
        let found = address(domain.host, Array(answers[1...2]), ours: Array(answers[3...4]))
        check.address = found.state
        complaints.append(found.complaint)
        let texts = complaints.compactMap { $0 }
        check.error = texts.isEmpty ? nil : texts.joined(separator: " ")
        return check
    }

    private typealias Finding = (state: DomainCheck.RecordState, complaint: String?)
    private typealias Answer = Result<[Record], DNSFailure>

    private func ownership(_ value: String, _ name: String, _ answer: Answer) -> Finding {
        switch answer {
        case .failure(let failure): return (.unknown, "\(name): \(failure.message)")
        case .success(let records):
            // By bytes: what a stranger's record says at length is compared with nothing (`String.hasEndlessMarks`).
            if records.contains(where: { if case .text(let text) = $0 { hasSameBytes(text, value) } else { false } }) { return (.found, nil) }
            let hasTexts = records.contains { if case .text = $0 { true } else { false } }
            return hasTexts
                ? (.wrong, "\(name) has TXT records, but none is the one that is asked for.")
                : (.missing, "\(name) has no TXT record yet.")
        }
    }

    /// A CNAME, wherever in a chain, or addresses that are ours too: a bare domain cannot have a CNAME.
    private func address(_ host: String, _ answers: [Answer], ours: [Answer]) -> Finding {
        let records = answers.flatMap { (try? $0.get()) ?? [] }
        if records.contains(.alias(linkHost)) { return (.found, nil) }
        let addresses = Self.addresses(answers)
        if !addresses.isDisjoint(with: Self.addresses(ours)) { return (.found, nil) }
        if records.isEmpty, let failure = answers.compactMap(\.failure).first {
            return (.unknown, "\(host): \(failure.message)")
        }
        if records.isEmpty { return (.missing, "\(host) has no address yet.") }
        if let failure = ours.compactMap(\.failure).first, Self.addresses(ours).isEmpty {
            return (.unknown, "\(linkHost): \(failure.message)")
        }
        return (.wrong, "\(host) leads elsewhere than to \(linkHost).")
    }

    private static func addresses(_ answers: [Answer]) -> Set<Record> {
        Set(answers.flatMap { (try? $0.get()) ?? [] }.filter { if case .address = $0 { true } else { false } })
    }
}

extension Result where Failure == DNSFailure {
    fileprivate var failure: DNSFailure? { if case .failure(let failure) = self { failure } else { nil } }
}
