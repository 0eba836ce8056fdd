// Uses the client that openapi-generator has made for Swift, against the quick start: what Tests/clients.sh runs.

import Foundation
import Mask

func check(_ holds: Bool, _ what: @autoclosure () -> Any) { if !holds { fatalError("\(what())") } }

/// The code of the problem that a call was refused with.
func refusal<Answer>(_ call: () async throws(ErrorResponse) -> Answer) async -> ErrorCode? {
    do { _ = try await call() } catch {
        guard case .error(_, let body?, _, _) = error else { return nil }
        return try? CodableHelper().jsonDecoder.decode(Problem.self, from: body).code
    }
    return nil
}

let environment = ProcessInfo.processInfo.environment
let api = MaskAPIConfiguration(
    basePath: environment["MASK_API_URL"] ?? "", customHeaders: ["Authorization": "Bearer \(environment["MASK_API_KEY"] ?? "")"])

var link = try await LinksAPI.createLink(
    linkInput: LinkInput(url: "https://example.com/a", tags: ["client"], redirectStatus: ._307), apiConfiguration: api)
check(link.redirectStatus == ._307, link)
let refused = await refusal { () async throws(ErrorResponse) in
    try await LinksAPI.createLink(linkInput: LinkInput(url: "ftp://example.com/"), apiConfiguration: api)
}
check(refused == .validationFailed, refused as Any)

var made = [link.id]
for n in 0..<4 {
    let other = try await LinksAPI.createLink(
        linkInput: LinkInput(url: "https://example.com/\(n)", tags: ["client"]), apiConfiguration: api)
    made.insert(other.id, at: 0)
}
var ids: [String] = []
var cursor: String?
repeat {
    let page = try await LinksAPI.listLinks(tag: ["client"], limit: 2, startingAfter: cursor, apiConfiguration: api)
    ids += page.data.map(\.id)
    cursor = page.nextCursor
} while cursor != nil
check(ids == made, ids)

link = try await LinksAPI.updateLink(id: link.id, linkChanges: LinkChanges(title: "From Swift"), apiConfiguration: api)
check(link.title == "From Swift" && link.tags == ["client"], link)

let image = try Data(contentsOf: await QRCodesAPI.getLinkQR(id: link.id, apiConfiguration: api))
check(image.starts(with: [0x89, 0x50, 0x4E, 0x47]), image.count)

let profile = SocialProfile(network: .github, url: "https://github.com/ada")
var page = try await BioPagesAPI.createPage(
    pageInput: PageInput(title: "Ada", blocks: [
        .typeLinkBlock(LinkBlock(type: .link, title: "Notes", url: "https://example.com/notes")),
        .typeLinkBlock(LinkBlock(type: .link, title: "A", linkId: link.id)),
        .typeHeadingBlock(HeadingBlock(type: .heading, text: "Elsewhere")),
        .typeSocialBlock(SocialBlock(type: .social, profiles: [profile])),
    ]), apiConfiguration: api)
page = try await BioPagesAPI.getPage(id: page.id, apiConfiguration: api)
guard case .typeLinkBlock(let second) = page.blocks[1], second.linkId == link.id else { fatalError("\(page.blocks)") }
page = try await BioPagesAPI.updatePage(id: page.id, pageChanges: PageChanges(blocks: page.blocks.reversed()), apiConfiguration: api)
guard case .typeSocialBlock(let social) = page.blocks[0], social.profiles == [profile] else { fatalError("\(page.blocks)") }

for id in made { try await LinksAPI.deleteLink(id: id, apiConfiguration: api) }
let (gone, last) = (link.id, api)
let missing = await refusal { () async throws(ErrorResponse) in try await LinksAPI.getLink(id: gone, apiConfiguration: last) }
check(missing == .notFound, missing as Any)
print("openapi-generator, Swift: create, list, update, delete, a page with blocks, a PNG")
