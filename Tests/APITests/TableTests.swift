import Contract
import Foundation
import HTTP
import JSON
import Model
import Support
import Testing
import Text
import Work

@testable import API
@testable import Resources

/// Lists and numbers for spreadsheets.
@Suite("Tables")
struct TableTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func ask(_ path: String, accept: String?) -> Response {
        var request = stage.request(.get, "/v1" + path)
        request.fields.accept = accept
        return stage.application.respond(to: request)
    }

    private func lines(_ answer: Response) -> [String] {
        String(decoding: answer.body, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    @Test("a list is CSV for who likes that better; its Link leads to the next page")
    func list() throws {
        for number in 0..<3 {
            try stage.create(["slug": .string("s\(number)"), "tags": ["a", "b"], "title": "=1+1", "notes": "two\nlines"])
            usleep(2000)
        }
        let answer = ask("/links?limit=2&tag=a", accept: "text/csv")
        #expect(answer.status == 200 && answer[.contentType] == "text/csv; charset=utf-8; header=present" && answer[.vary] == "Accept")
        let rows = lines(answer)
        #expect(rows[0].hasPrefix("id,url,short_url,slug,domain,tags,clicks,human_clicks,"))
        #expect(rows[1].contains(",s2,\(stage.host),\"a,b\",0,0,") && rows[1].contains(",\"'=1+1\","), "\(rows[1])")
        let next = try #require(answer[.link])
        #expect(next.hasPrefix("</v1/links?limit=2&tag=a&starting_after=") && next.hasSuffix(">; rel=\"next\""))
        let path = String(next.dropFirst("</v1".count).prefix { $0 != ">" })
        let rest = ask(path, accept: "text/csv, application/json;q=0.5")
        #expect(lines(rest).count == 3 && lines(rest)[1].contains(",s0,") && rest[.link] == nil)
        let title = "x>;rel=\"next\",<https://evil.example/y"
        for _ in 0..<2 { try stage.create(["title": .string(title)]) }
        let hostile = try #require(ask("/links?limit=1&search=\(title)", accept: "text/csv")[.link])
        #expect(hostile.filter { "<>".contains($0) } == "<>" && hostile.hasPrefix("</v1/links?limit=1&search=x%3E;rel=%22next"), "nothing ends the address")
        #expect(lines(ask("/links?tag=none", accept: "text/csv")).count == 1, "the head stands where there is no row")
    }

    @Test("everybody else gets JSON", arguments: [nil, "*/*", "application/json", "text/*;q=0.5, application/json", "text/csv;q=0", "nonsense"])
    func others(accept: String?) throws {
        try stage.create([:])
        let answer = ask("/links", accept: accept)
        #expect(answer.status == 200 && answer[.contentType] == "application/json" && answer[.link] == nil)
        #expect(ask("/links/count", accept: "text/csv")[.contentType] == "application/json", "one number is no table")
    }

    @Test("refusals are problems, whatever the client likes")
    func refusal() {
        let answer = ask("/links?limit=0", accept: "text/csv")
        #expect(answer.status == 400 && answer[.contentType] == "application/problem+json")
    }

    @Test("numbers have a line for each group, objects in it as columns")
    func numbers() throws {
        let link = try stage.create(["slug": "to"])
        usleep(2000)
        #expect(stage.application.respond(to: stage.visit("/to")).status == 302)
        #expect(try stage.load() == 1)
        let id = link["id"]?.stringValue ?? ""
        #expect(lines(ask("/analytics/clicks?group_by=link&interval=24h", accept: "text/csv")) == ["value,clicks,partial", "\(id),1,"])
        let usage = lines(ask("/analytics/usage?group_by=status", accept: "text/csv"))
        #expect(usage.first == "value,requests,client_errors,server_errors,rate_limited,latency_ms.p50,latency_ms.p95,latency_ms.p99,partial")
    }

    @Test("every list has columns, which are the members of what it lists")
    func columns() throws {
        let lists = Routes.ofMASK.all.filter { $0.operation.isList }
        #expect(lists.count > 10 && lists.allSatisfy { $0.operation.columns?.contains("id") == true || $0.operation.id == "listTags" || $0.operation.id == "listPageVersions" })
        let columns = try #require(Operation.listLinks.columns)
        #expect(Set(columns) == Set(LinkExport.columns))
        let members = try stage.create([:]).objectValue?.members.map(\.name)
        #expect(members == LinkExport.columns)
    }

    @Test("the export has all links of a filter, as CSV and line by line")
    func export() throws {
        for number in 0..<4 {
            try stage.create(["slug": .string("s\(number)"), "tags": [number == 3 ? "other" : "a"]])
            usleep(2000)
        }
        let csv = stage.ask(.get, "/links/export?format=csv&tag=a")
        #expect(csv.status == 200 && csv[.contentDisposition] == "attachment; filename=\"links.csv\"")
        let rows = String(decoding: try csv.collected().bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        #expect(rows.count == 4 && rows[0] == LinkExport.columns.joined(separator: ",") && rows[1].contains(",s2,"))
        let lines = String(decoding: try stage.ask(.get, "/links/export").collected().bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 4)
        let id = try JSON.parse(Array(lines[3].utf8))["id"]?.stringValue ?? ""
        #expect(try JSON.parse(Array(lines[3].utf8)) == stage.ask(.get, "/links/\(id)").json)
        _ = stage.ask(.delete, "/links/\(id)")
        let bin = String(decoding: try stage.ask(.get, "/links/export?state=deleted").collected().bytes, as: UTF8.self)
        #expect(bin.contains(id) && !bin.contains("\"deleted_at\":null"))
        #expect(stage.ask(.get, "/links/export?format=xml").code == "invalid_parameter")
        #expect(stage.ask(.get, "/links/export?limit=1").code == "invalid_parameter")
    }
}
