import Glibc
import HTTP
import JSON
import Model
import Support
import Testing

/// Clicks are asked for by what they have, counted and as a file.
@Suite("Clicks by what they have")
struct ClickFilterTests {
    private let stage: Stage
    private let link: JSON

    /// Three from Germany, one by a scan and one a bot's; two from France; one from nowhere.
    init() throws {
        stage = try Stage()
        link = try stage.create(["slug": "to", "tags": ["t"]])
        try visit("DE", "Köln")
        try visit("DE", "Berlin", path: "/to?qr=1", referrer: "https://News.example/a")
        try visit("DE", "Köln", agent: "Googlebot/2.1")
        try visit("FR", "Paris, \"le 1er\"", path: "/to?utm_source=mail", referrer: "https://news.example/")
        try visit("FR", "", path: "/to?utm_source=mail&utm_medium=a%2Cb")
        try visit("", "")
        #expect(try stage.load() == 6)
    }

    private func visit(
        _ country: String, _ city: String, path: String = "/to", referrer: String = "", agent: String? = nil
    ) throws {
        var visit = stage.visit(path)
        (visit.country, visit.city, visit.fields.referer) = (country, city, referrer)
        if let agent { visit.fields.userAgent = agent }
        usleep(2000)  // each in a millisecond of its own
        #expect(stage.application.respond(to: visit).status == 302)
    }

    @Test("every filter, repeated for one of several values, any of them together, with any group", arguments: [
        ("country=DE", 3), ("country=DE&country=FR", 5), ("country=", 1), ("country=XX", 0), ("city=K%C3%B6ln", 2), ("city=", 2),
        ("bot=true", 1), ("bot=false", 5), ("bot=true&bot=false", 6), ("trigger=qr", 1), ("trigger=click&country=DE", 2),
        ("referrer=news.example", 2), ("referrer=", 4), ("referrer=news.example&country=FR", 1), ("utm_source=mail", 2),
        ("utm_source=mail&utm_medium=", 1), ("utm_medium=a%2Cb", 1), ("browser=Firefox", 5), ("browser=Firefox&os=Linux&device=desktop", 5),
        ("device=mobile", 0), ("tag=t&country=DE", 3), ("tag=none&country=DE", 0), ("country=DE&count=human", 2),
    ])
    func filters(query: String, total: Int) throws {
        for scope in ["", "&link_id=\(link["id"]?.stringValue ?? "")"] {
            for group in ["time", "city", "browser", "referrer", "utm_source", "link", "tag", "domain", "bot", "trigger"] {
                let answer = stage.ask(.get, "/analytics/clicks?interval=24h&group_by=\(group)&\(query)\(scope)")
                #expect(answer.status == 200 && answer.json["total"] == .integer(Int64(total)), "\(query)\(scope) by \(group)")
                let sum = answer.json["groups"]?.arrayValue?.reduce(0) { $0 + ($1["clicks"]?.integerValue ?? 0) }
                #expect(sum == Int64(total))
            }
        }
    }

    @Test("the lines by time of each link of a list are one answer; a link without clicks is left out of it")
    func series() throws {
        let id = try #require(link["id"]?.stringValue)
        let other = try #require(stage.ask(.post, "/links", #"{"url": "https://example.com"}"#).json["id"]?.stringValue)
        let list = "/analytics/clicks?group_by=link&series=true&interval=24h&granularity=hour&link_id=\(id)&link_id=\(other)"
        let answer = stage.ask(.get, list)
        #expect(answer.status == 200 && answer.json["total"] == 6)
        let groups = try #require(answer.json["groups"]?.arrayValue)
        #expect(groups.map { $0["value"] } == [.string(id)] && groups[0]["clicks"] == 6)
        let series = try #require(groups[0]["series"]?.arrayValue)
        let alone = stage.ask(.get, "/analytics/clicks?interval=24h&granularity=hour&link_id=\(id)").json["groups"]
        #expect(.array(series) == alone, "as the link alone has them")
        #expect(stage.ask(.get, list + "&country=FR").json["total"] == 2 && stage.ask(.get, list + "&limit=1").json["other"]?["values"] == 0)
        #expect(stage.ask(.get, "/analytics/clicks?group_by=time&link_id=\(id)&link_id=\(other)").json["total"] == 6)
        let many = String(repeating: "&link_id=\(id)", count: 50)
        for (query, detail) in [
            ("group_by=link&series=true", "Send group_by=link, and a link_id for each link."),
            ("group_by=time&series=true&link_id=\(id)", "Send group_by=link, and a link_id for each link."),
            ("group_by=link&series=true&interval=90d&granularity=hour" + many, "at most 10000 lines."),
            ("group_by=link&series=true" + many + many + "&link_id=\(id)", "Send at most 100 links."),
        ] {
            let refusal = stage.ask(.get, "/analytics/clicks?" + query)
            #expect(refusal.status == 400 && refusal.json["detail"]?.stringValue?.hasSuffix(detail) == true, "\(query.prefix(60))")
        }
    }

    @Test("a value that no click can have is refused, and so are too many", arguments: [
        ("bot=yes", "\"yes\" is none of: true, false."), ("trigger=nfc", "\"nfc\" is none of: click, qr."),
        ("device=phone", "\"phone\" is none of: desktop, mobile, tablet, unknown."),
        (Array(repeating: "country=DE", count: 101).joined(separator: "&"), "Send at most 100 values."),
    ])
    func refusals(query: String, detail: String) {
        for path in ["/analytics/clicks", "/analytics/clicks/export"] {
            let answer = stage.ask(.get, "\(path)?\(query)")
            #expect(answer.status == 400 && answer.code == "invalid_parameter")
            #expect(answer.json["detail"]?.stringValue?.hasSuffix(detail) == true)
        }
    }

    @Test("the export has each click once, oldest first, as NDJSON and as CSV; the same filters hold")
    func export() throws {
        let id = link["id"]?.stringValue ?? ""
        let ndjson = stage.ask(.get, "/analytics/clicks/export?interval=24h")
        #expect(ndjson.status == 200 && ndjson[.contentType] == "application/x-ndjson")
        #expect(ndjson[.contentDisposition] == "attachment; filename=\"clicks.ndjson\"")
        let clicks = try lines(ndjson).map { try JSON.parse(Array($0.utf8)) }
        #expect(clicks.count == 6 && Set(clicks.compactMap { $0["id"]?.stringValue }).count == 6)
        #expect(clicks.map { $0["country"] } == ["DE", "DE", "DE", "FR", "FR", .null])
        let times = clicks.compactMap { $0["clicked_at"]?.stringValue }
        #expect(times == times.sorted() && times.allSatisfy { Timestamp(rfc3339: $0) != nil })
        var first = clicks[3]
        for name in ["id", "clicked_at"] { first = first.without(name) }
        #expect(first == [
            "link_id": .string(id), "country": "FR", "city": "Paris, \"le 1er\"", "device": "desktop", "browser": "Firefox", "os": "Linux",
            "referrer": "news.example", "utm_source": "mail", "utm_medium": .null, "utm_campaign": .null, "trigger": "click", "bot": false,
            "first_visit": false,
        ])

        let csv = try lines(stage.ask(.get, "/analytics/clicks/export?interval=24h&format=csv&country=FR&link_id=\(id)"))
        #expect(csv.count == 3)
        #expect(csv[0] == "id,clicked_at,link_id,country,city,device,browser,os,referrer,utm_source,utm_medium,utm_campaign,trigger,bot,first_visit")
        #expect(csv[1].hasSuffix(",\(id),FR,\"Paris, \"\"le 1er\"\"\",desktop,Firefox,Linux,news.example,mail,,,click,false,false"))
        #expect(csv[2].hasSuffix(",FR,,desktop,Firefox,Linux,,mail,\"a,b\",,click,false,false"))
        #expect(try lines(stage.ask(.get, "/analytics/clicks/export?start=2026-01-01&end=2026-01-02")).isEmpty)
    }

    private func lines(_ answer: Response) throws -> [String] {
        String(decoding: try answer.collected().bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
}

extension JSON {
    fileprivate func without(_ name: String) -> JSON {
        guard case .object(let object) = self else { return self }
        var left = JSONObject()
        for member in object.members where member.name != name { left[member.name] = member.value }
        return .object(left)
    }
}
