import JSON
import Model

extension Schemas {
    private static let urlOrNull: JSON = orNull(url)

    /// What a client can set, as it sends it.
    private static let domainWritable: JSONObject = [
        "root_url": urlOrNull.about("Where the bare host leads"), "root_page_id": orNull(.id(PageKind.self)).about("The page that the bare host shows"),
        "not_found_url": urlOrNull.about("Where addresses lead that are no link's"),
        "expired_url": urlOrNull.about("Where links lead that have expired, unless they say it themselves"),
    ]

    private static let domainHost: JSON = ["type": "string", "maxLength": 253, "pattern": .string(host)]

    static let ofDomains: JSONObject = [
        "DomainInput": input(
            "A new domain", JSONObject([.init(name: "host", value: domainHost.about("A name that is the workspace's own"))] + domainWritable.members),
            required: ["host"]),
        "DomainChanges": input("What changes of a domain", domainWritable, required: []),
        "Domain": object("A host of the workspace's own", JSONObject([
            .init(name: "id", value: .id(DomainKind.self)), .init(name: "host", value: domainHost),
            .init(name: "status", value: reference("DomainStatus")),
        ] + domainWritable.members + [
            .init(name: "records", value: array(of: reference("DNSRecord")).about("What the DNS has to have")),
            .init(name: "last_checked_at", value: moment),
            .init(name: "last_check_error", value: orNull(string).about("What the last look has found wrong")),
            .init(name: "verified_at", value: moment), .init(name: "created_at", value: .time),
            .init(name: "updated_at", value: .time),
        ])),
        "DNSRecord": object("A DNS record that a domain needs", [
            "type": reference("DNSRecordType"), "name": string, "value": string, "state": reference("DNSRecordState"),
        ]),
    ]
}

/// The example of a domain, and of what makes one.
enum DomainExamples {
    static let host = "go.example.com"

    static let newDomain: JSON = ["host": .string(host), "root_url": "https://www.example.com/"]

    static let domain: JSON = [
        "id": "dom_01kac7w8v0e3s5q9x2b4m6n8pa", "host": .string(host), "status": "pending",
        "root_url": "https://www.example.com/", "root_page_id": nil, "not_found_url": nil, "expired_url": nil,
        "records": [
            [
                "type": "TXT", "name": .string("_mask." + host),
                "value": "mask-verification=0f1e2d3c4b5a69788796a5b4c3d2e1f0", "state": "found",
            ],
            ["type": "CNAME", "name": .string(host), "value": "links.example.com", "state": "missing"],
        ],
        "last_checked_at": "2026-03-13T10:05:00Z", "last_check_error": "go.example.com has no address yet.",
        "verified_at": nil, "created_at": "2026-03-13T10:00:00Z", "updated_at": "2026-03-13T10:05:00Z",
    ]
}
