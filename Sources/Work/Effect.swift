import JSON
import Model

/// What has to follow a change once it is committed: who remembers what was before is told. A change says what follows it;
/// ``Effects`` carries it out.
public enum Effect: Equatable, Sendable {
    /// At these places is another link or domain than before, or none.
    case links(Set<Place>)
    /// The pages at these places are others, or none.
    case pages(Set<Place>)
    /// The file of an image is of no use any more.
    case image(Image)
    /// Keys, members, limits or webhooks of a workspace.
    case access(WorkspaceID)
    /// How a workspace's visitors see pages of MASK's own.
    case brand(WorkspaceID)
    /// There are events.
    case sender
    /// There are mails.
    case mails

    /// A domain, with what it shows at the bare host.
    public static func domain(_ host: String) -> Effect { .pages([.bare(host)]) }
}

// MARK: - As it is stored beside an answer

extension [Effect] {
    /// Nil of none. The answers that are stored are those of POST, which takes no file away: an image is not told.
    public var stored: String? {
        let members = merged.compactMap { effect -> JSONObject.Member? in
            switch effect {
            case .links(let places): .init(name: "links", value: places.json)
            case .pages(let places): .init(name: "pages", value: places.json)
            case .access(let workspace): .init(name: "access", value: .string(workspace.description))
            case .brand(let workspace): .init(name: "brand", value: .string(workspace.description))
            case .sender: .init(name: "sender", value: true)
            case .mails: .init(name: "mails", value: true)
            case .image: nil
            }
        }
        return members.isEmpty ? nil : String(decoding: JSON.object(JSONObject(members)).serialized(), as: UTF8.self)
    }

    /// With one of a kind: no member of an object may stand twice. An answer is of one workspace.
    private var merged: [Effect] {
        var places = (links: Set<Place>(), pages: Set<Place>())
        for effect in self {
            switch effect {
            case .links(let more): places.links.formUnion(more)
            case .pages(let more): places.pages.formUnion(more)
            default: break
            }
        }
        return reduce(into: []) { merged, effect in
            let one: Effect = switch effect {
            case .links: .links(places.links)
            case .pages: .pages(places.pages)
            default: effect
            }
            if !merged.contains(one) { merged.append(one) }
        }
    }

    /// - Parameter text: what ``stored`` has given; a later release may have added words, which this one leaves out.
    public init(stored text: String?) {
        guard let text, let json = try? JSON.parse([UInt8](text.utf8)), case .object(let object) = json else { self = []; return }
        self = object.members.compactMap { member in
            switch member.name {
            case "links": .links(Set(json: member.value))
            case "pages": .pages(Set(json: member.value))
            case "access": member.value.stringValue.flatMap { WorkspaceID($0) }.map(Effect.access)
            case "brand": member.value.stringValue.flatMap { WorkspaceID($0) }.map(Effect.brand)
            case "sender": .sender
            case "mails": .mails
            default: nil
            }
        }
    }
}

extension Set<Place> {
    fileprivate var json: JSON { .array(map(\.key).sorted().map(JSON.string)) }

    fileprivate init(json: JSON) {
        self = Set((json.arrayValue ?? []).compactMap { $0.stringValue.flatMap { Place(key: $0) } })
    }
}
