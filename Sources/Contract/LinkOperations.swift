import HTTP
import JSON
import LinkStore
import Model
import QRCodes
import Store
import Work

/// Of links, tags and QR codes, and what deleting and restoring have in common.
extension Operation {
    private static let linkFilters: [Parameter] = [
        .init(name: "domain", about: "Host of the links", schema: ["type": "string"]),
        .init(name: "tag", about: "Repeat it for links that have all of several tags", schema: ["type": "array", "items": ["type": "string"], "maxItems": 20]),
        .init(name: "search", about: "Part of the slug, the destination or the title, as one reads it", schema: ["type": "string"]),
        .init(name: "external_id", about: "The client's own name for the link", schema: ["type": "string"]),
        .init(name: "created_after", about: "Created later than this", schema: .time),
        .init(name: "created_before", about: "Created earlier than this", schema: .time),
        .init(name: "disabled", about: "Only disabled links, or only others", schema: ["type": "boolean"]),
        .init(
            name: "state", about: "Only those of which this holds now; left out: all but archived and deleted ones",
            schema: Schemas.reference("LinkState")),
    ]

    static let purge: [Parameter] = [
        .init(name: "purge", about: "Delete for good, also what was deleted before: nobody can restore it", schema: ["type": "boolean"]),
    ]

    static let existence = Parameter(
        name: "state", about: "Those that are there, or those that were deleted and can be restored", schema: Schemas.reference("ExistenceState"))

    package static let createLink = Operation(
        id: "createLink", summary: "Create a short link", body: "LinkInput", status: 201, answer: "Link",
        isTagged: true, problems: [409, 415, 422])

    package static let listLinks = Operation(
        id: "listLinks", summary: "List links",
        query: linkFilters + [
            .init(name: "sort", about: "Newest or most clicked first, clicks of bots included", schema: Schemas.reference("LinkSort")),
        ] + pagination,
        answer: "Link", isList: true, problems: [400])

    package static let countLinks = Operation(
        id: "countLinks", summary: "How many links a list with these filters has", query: linkFilters, answer: "LinkCount", problems: [400])

    package static let exportLinks = Operation(
        id: "exportLinks", summary: "All links that a list with these filters has, as a file, newest first",
        query: [exportFormat] + linkFilters,
        files: exportTypes, problems: [400])

    package static let listTags = Operation(
        id: "listTags", summary: "List the tags in use by their names, each with how many links have it",
        query: [.init(name: "prefix", about: "Only tags that begin so", schema: ["type": "string"])] + pagination,
        answer: "Tag", isList: true, problems: [400])

    package static let getLink = Operation(id: "getLink", summary: "Read a link", answer: "Link", isTagged: true, problems: [404])

    package static let updateLink = Operation(
        id: "updateLink", summary: "Change the fields that are sent; null clears a field", body: "LinkChanges",
        answer: "Link", isTagged: true, problems: [404, 409, 415, 422])

    package static let deleteLink = Operation(
        id: "deleteLink", summary: "Delete a link; it can be restored for 30 days, and keeps its slug until then", query: purge,
        status: 204, isTagged: true, problems: [404, 409])

    package static let restoreLink = Operation(
        id: "restoreLink", summary: "Bring a deleted link back, with its slug, its clicks and its QR codes", body: "Nothing",
        isBodyOptional: true, answer: "Link", isTagged: true, problems: [404, 409, 415, 422])

    package static let upsertLink = Operation(
        id: "upsertLink", summary: "Create the link of an external id, or change it in what is sent", body: "LinkInput",
        otherStatus: 201, answer: "Link", isTagged: true, problems: [404, 409, 415, 422])

    package static let createLinks = Operation(
        id: "createLinks", summary: "Create up to 1,000 links, each with a result in its place", body: "BulkLinksInput",
        answer: "BulkResults", problems: [409, 415, 422])

    package static let updateLinks = Operation(
        id: "updateLinks", summary: "Change up to 1,000 links, each with a result in its place", body: "BulkLinksChanges",
        answer: "BulkResults", problems: [415, 422])

    package static let deleteLinks = Operation(
        id: "deleteLinks", summary: "Delete up to 1,000 links, each with a result in its place", body: "LinkSelection",
        answer: "BulkResults", problems: [415, 422])

    package static let restoreLinks = Operation(
        id: "restoreLinks", summary: "Bring up to 1,000 deleted links back, each with a result in its place", body: "DeletedLinkSelection",
        answer: "BulkResults", problems: [409, 415, 422])

    package static let updateMatchingLinks = Operation(
        id: "updateMatchingLinks", summary: "Change all links of a filter, up to 1,000 in a request", body: "MatchingChanges",
        answer: "MatchingResults", problems: [400, 415, 422])

    package static let deleteMatchingLinks = Operation(
        id: "deleteMatchingLinks", summary: "Delete all links of a filter, up to 1,000 in a request; they can be restored for 30 days",
        body: "MatchingDeletion", answer: "MatchingResults", problems: [400, 415, 422])

    package static let restoreMatchingLinks = Operation(
        id: "restoreMatchingLinks", summary: "Bring all deleted links of a filter back, up to 1,000 in a request", body: "MatchingRestoration",
        answer: "MatchingResults", problems: [400, 409, 415, 422])

    package static let getLinkQR = Operation(
        id: "getLinkQR", summary: "A QR code of a link",
        query: [imageFormat, imageSize] + [
            .init(name: "margin", about: "Of the quiet zone, in modules", schema: Schemas.qrMargin),
            .init(name: "error_correction", about: "How much may be dirty or covered", schema: Schemas.qrCorrection),
            .init(name: "foreground", about: "#rgb or #rrggbb, # written %23", schema: Schemas.qrForeground),
            .init(name: "background", about: "#rgb, #rrggbb or transparent", schema: Schemas.qrBackground),
            .init(name: "rounded", about: "Modules with round corners", schema: ["type": "boolean"]),
        ],
        files: QRFormat.allCases.map(\.mediaType), isTagged: true, problems: [404])

    package static let createQRCode = Operation(
        id: "createQRCode", summary: "Keep a QR code of a link with its looks", body: "QRCodeInput", status: 201,
        answer: "QRCode", isTagged: true, problems: [409, 415, 422])

    package static let listQRCodes = Operation(
        id: "listQRCodes", summary: "List QR codes, newest first",
        query: [.init(name: "link_id", about: "Only those of this link", schema: .id(LinkKind.self)), existence] + pagination,
        answer: "QRCode", isList: true)

    package static let getQRCode = Operation(
        id: "getQRCode", summary: "Read a QR code", answer: "QRCode", isTagged: true, problems: [404])

    package static let updateQRCode = Operation(
        id: "updateQRCode", summary: "Change the looks of a QR code", body: "QRCodeChanges", answer: "QRCode",
        isTagged: true, problems: [404, 409, 415, 422])

    package static let deleteQRCode = Operation(
        id: "deleteQRCode", summary: "Delete a QR code, which can be restored for 30 days; what it leads to stays", query: purge, status: 204, isTagged: true,
        problems: [404, 409])

    package static let restoreQRCode = Operation(
        id: "restoreQRCode", summary: "Bring a deleted QR code back", body: "Nothing", isBodyOptional: true, answer: "QRCode",
        isTagged: true, problems: [404, 409, 415, 422])

    package static let getQRCodeImage = Operation(
        id: "getQRCodeImage", summary: "The image of a QR code", query: [imageFormat, imageSize],
        files: QRFormat.allCases.map(\.mediaType), isTagged: true, problems: [404, 409])
}
