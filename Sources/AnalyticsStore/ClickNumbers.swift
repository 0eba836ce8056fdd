import MariaDB
import Model
import Store
import Threads

/// The tables `click_values` and `click_numbers`: a number for each value of a workspace, which never changes. Links have theirs in
/// ``ClickBlocks``.
package struct ClickNumbers: ~Copyable {
    private struct Key: Hashable {
        var workspace: WorkspaceID
        var value: ClickValue
    }

    private static func key(_ value: ClickValue, in workspace: WorkspaceID) -> HashedKey {
        HashedKey(Key(workspace: workspace, value: value))
    }

    /// Those used last.
    private var known = RecentlyUsed<HashedKey, UInt32>(budget: knownLimit)

    private static let knownLimit = 50_000

    private struct TraitsKey: Hashable {
        var workspace: WorkspaceID
        var traits: ObjectIdentifier
    }

    /// What clicks have in common, found by its identity. It is kept with its numbers, so that no other can have its identity.
    private var traits: [TraitsKey: (object: ClickTraits, numbers: TraitNumbers)] = [:]

    private static let traitsLimit = 4000

    /// New values of one kind that a workspace may have in a UTC day: they are strangers' input, and kept as long as it is there.
    package static let dailyLimit = 10_000
    /// Numbers of pages begin here, so that a link and a page are told apart.
    static let firstPage: UInt32 = 1 << 31

    /// Whether new values count as other ones once a day has too many.
    private let isLimited: Bool

    package init(isLimited: Bool = true) { self.isLimited = isLimited }

    /// The clicks with their numbers; values that have none get one, each in a short transaction of its own.
    package mutating func number(_ clicks: [Click], areViews: Bool = false, in store: Store) throws -> [NumberedClick] {
        var missing: [WorkspaceID: Set<ClickValue>] = [:]
        var numbered: [NumberedClick] = []
        numbered.reserveCapacity(clicks.count)
        for click in clicks {
            if let click = number(click, areViews, noting: &missing) { numbered.append(click) }
        }
        guard !missing.isEmpty else { return numbered }
        var found: [HashedKey: UInt32] = [:]
        for (workspace, values) in missing.sorted(by: { $0.key < $1.key }) {
            for numbered in try numbers(of: values, in: workspace, store: store) {
                let key = Self.key(numbered.value, in: workspace)
                found[key] = numbered.number
                // What counts as another today may have a number of its own tomorrow.
                if !numbered.isOther { known.set(key, to: numbered.number) }
            }
        }
        return try clicks.map { try number($0, areViews, from: found) }
    }

    /// Nil where a value has no number that is known; it is noted then.
    private mutating func number(_ click: Click, _ isView: Bool, noting missing: inout [WorkspaceID: Set<ClickValue>]) -> NumberedClick? {
        let what = number(click.what(isView: isView), of: click, noting: &missing)
        let key = TraitsKey(workspace: click.workspace, traits: ObjectIdentifier(click.traits))
        guard let numbers = traits[key]?.numbers ?? numbers(of: click, key, noting: &missing), let what else { return nil }
        return NumberedClick(click, what: what, numbers)
    }

    private mutating func numbers(
        of click: Click, _ key: TraitsKey, noting missing: inout [WorkspaceID: Set<ClickValue>]
    ) -> TraitNumbers? {
        var isComplete = true
        let numbers = TraitNumbers(of: click.traits) { value in
            let number = number(value, of: click, noting: &missing)
            if number == nil { isComplete = false }
            return number ?? 0
        }
        guard isComplete else { return nil }
        if traits.count >= Self.traitsLimit { traits.removeAll() }
        traits[key] = (click.traits, numbers)
        return numbers
    }

    private mutating func number(
        _ value: ClickValue, of click: Click, noting missing: inout [WorkspaceID: Set<ClickValue>]
    ) -> UInt32? {
        if let number = known.use(Self.key(value, in: click.workspace)) { return number }
        missing[click.workspace, default: []].insert(value)
        return nil
    }

    private mutating func number(_ click: Click, _ isView: Bool, from found: [HashedKey: UInt32]) throws(MariaDBError) -> NumberedClick {
        func find(_ value: ClickValue) throws(MariaDBError) -> UInt32 {
            let key = Self.key(value, in: click.workspace)
            if let number = found[key] ?? known.use(key) { return number }
            throw MariaDBError(code: .unexpectedResult, message: "a value of a click has no number")
        }
        let key = TraitsKey(workspace: click.workspace, traits: ObjectIdentifier(click.traits))
        let what = try find(click.what(isView: isView))
        // What is found by its traits was not used of late, and may have made room for what was missing.
        if let numbers = traits[key]?.numbers { return NumberedClick(click, what: what, numbers) }
        return NumberedClick(click, what: what, try TraitNumbers(of: click.traits) { value throws(MariaDBError) in try find(value) })
    }

    // MARK: The tables

    private typealias Numbered = (value: ClickValue, number: UInt32, isOther: Bool)

    /// The numbers of values of a workspace, made where there are none yet.
    private func numbers(of values: Set<ClickValue>, in workspace: WorkspaceID, store: Store) throws -> [Numbered] {
        var numbers: [Numbered] = []
        let limit = isLimited ? Self.dailyLimit : .max
        for (kind, values) in Dictionary(grouping: values, by: \.kind).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            numbers += try store.write { connection in
                try connection.transaction { try Self.numbers(of: values, kind, upTo: limit, in: workspace, on: $0) }
            }
        }
        return numbers
    }

    private static func numbers(
        of values: [ClickValue], _ kind: ClickValue.Kind, upTo limit: Int, in workspace: WorkspaceID, on connection: Connection
    ) throws -> [Numbered] {
        let today = Timestamp.now().day
        // Locked first: who makes numbers of this kind makes them one after another.
        try connection.execute("""
            INSERT INTO click_numbers (workspace_id, kind, last, day, made) VALUES
            (\(workspace), \(kind.rawValue), \(kind == .page ? Int(firstPage) : 0), \(CivilDate(day: today).sql), 0)
            ON DUPLICATE KEY UPDATE last = last
            """)
        guard let row = try connection.query("""
            SELECT last, CAST(IF(day = \(CivilDate(day: today).sql), made, 0) AS SIGNED) FROM click_numbers
            WHERE workspace_id = \(workspace) AND kind = \(kind.rawValue) FOR UPDATE
            """).first
        else { throw ChangedMeanwhile() }
        var (last, made) = (UInt32(try row.integer(0)), try row.integer(1))
        let digests = values.map { (value: $0, digest: $0.digest) }
        var known = try find(digests.map(\.digest), kind, in: workspace, on: connection)
        var fresh: [(value: ClickValue, digest: [UInt8])] = []
        var wanted: [(value: ClickValue, digest: [UInt8], isOther: Bool)] = []
        for (value, digest) in digests {
            var (kept, keptDigest) = (value, digest)
            if known[digest] == nil, made >= limit, let other = value.beyondLimit {
                (kept, keptDigest) = (other, other.digest)
                if known[keptDigest] == nil {
                    known.merge(try find([keptDigest], kind, in: workspace, on: connection)) { first, _ in first }
                }
            }
            if known[keptDigest] == nil {
                (known[keptDigest], made) = (0, made + 1)
                fresh.append((kept, keptDigest))
            }
            wanted.append((value, keptDigest, keptDigest != digest))
        }
        let given = kind == .link
            ? try linkNumbers(fresh.map(\.digest), after: &last, in: workspace, on: connection)
            : fresh.map { _ in last += 1; return last }
        try insert(zip(fresh, given).map { ($0.value, $0.digest, $1) }, kind, in: workspace, on: connection)
        for (fresh, number) in zip(fresh, given) { known[fresh.digest] = number }
        try connection.execute("""
            UPDATE click_numbers SET last = \(Int(last)), made = \(made), day = \(CivilDate(day: today).sql)
            WHERE workspace_id = \(workspace) AND kind = \(kind.rawValue)
            """)
        return wanted.compactMap { value, digest, isOther in known[digest].map { (value, $0, isOther) } }
    }

    /// The number of the domain with a host, made where there is none yet.
    static func number(ofDomain host: String, in workspace: WorkspaceID, on connection: Connection) throws -> UInt32? {
        try numbers(of: [.domain(host)], .domain, upTo: .max, in: workspace, on: connection).first?.number
    }

    /// Links get theirs by domain; one that is deleted already gets domain 0.
    private static func linkNumbers(
        _ ids: [[UInt8]], after last: inout UInt32, in workspace: WorkspaceID, on connection: Connection
    ) throws -> [UInt32] {
        var hosts: [[UInt8]: String] = [:]
        for chunk in chunks(of: ids) {
            for row in try connection.query(
                "SELECT id, host FROM links WHERE workspace_id = \(workspace) AND id IN (\(list: Array(chunk))) LOCK IN SHARE MODE")
            { hosts[try row.bytes(0)] = try row.string(1) }
        }
        var domains: [String: UInt32] = [:]
        for host in Set(hosts.values).sorted() { domains[host] = try number(ofDomain: host, in: workspace, on: connection) }
        var places: [UInt32: [Int]] = [:]
        for (place, id) in ids.enumerated() { places[hosts[id].flatMap { domains[$0] } ?? 0, default: []].append(place) }
        var given = [UInt32](repeating: 0, count: ids.count)
        for (domain, places) in places.sorted(by: { $0.key < $1.key }) {
            let numbers = try ClickBlocks.take(places.count, domain: domain, after: &last, in: workspace, on: connection)
            for (place, number) in zip(places, numbers) { given[place] = number }
        }
        return given
    }

    /// The number of a value; nil where it has none.
    static func number(
        of value: ClickValue, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> UInt32? {
        try find([value.digest], value.kind, in: workspace, on: connection).values.first
    }

    private static func find(
        _ digests: [[UInt8]], _ kind: ClickValue.Kind, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [[UInt8]: UInt32] {
        var found: [[UInt8]: UInt32] = [:]
        for chunk in chunks(of: digests) {
            for row in try connection.query("""
                SELECT digest, number FROM click_values
                WHERE workspace_id = \(workspace) AND kind = \(kind.rawValue) AND digest IN (\(list: Array(chunk)))
                """) { found[try row.bytes(0)] = UInt32(try row.integer(1)) }
        }
        return found
    }

    private static func insert(
        _ fresh: [(value: ClickValue, digest: [UInt8], number: UInt32)], _ kind: ClickValue.Kind, in workspace: WorkspaceID,
        on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: fresh) {
            var statement: SQL = "INSERT INTO click_values (workspace_id, kind, number, digest, value) VALUES "
            appendRows(chunk, to: &statement) {
                "(\(workspace), \(kind.rawValue), \(Int($0.number)), \($0.digest), \(Array($0.value.text.utf8)))"
            }
            try connection.execute(statement)
        }
    }
}

/// The numbers of what clicks have in common; 0 where there is nothing to count by.
private struct TraitNumbers {
    var place, agent, referrer, campaign: UInt32

    init<Failure: Error>(of traits: ClickTraits, _ number: (ClickValue) throws(Failure) -> UInt32) throws(Failure) {
        func find(_ value: ClickValue) throws(Failure) -> UInt32 { value.saysNothing ? 0 : try number(value) }
        let values = traits.values
        place = try find(values.place)
        agent = try find(values.agent)
        referrer = try find(values.referrer)
        campaign = try find(values.campaign)
    }
}

/// A click as it is stored: its values are numbers.
package struct NumberedClick: Sendable {
    package let workspace: WorkspaceID
    package let id: UInt128
    package let at: Timestamp
    let visitor: UInt64
    /// The number of the link or page.
    let what: UInt32
    var fact: ClickFact

    fileprivate init(_ click: Click, what: UInt32, _ numbers: TraitNumbers) {
        (workspace, id, at, visitor, self.what) = (click.workspace, click.id, click.at, click.visitor, what)
        let quarter = (click.at.milliseconds / Quarter.milliseconds) % Int64(Quarter.ofDay)
        fact = ClickFact(
            quarter: UInt32(truncatingIfNeeded: quarter), place: numbers.place, agent: numbers.agent, referrer: numbers.referrer,
            campaign: numbers.campaign,
            marks: ClickMarks(isBot: click.agent.isBot, isFirst: click.isFirstVisit, trigger: click.trigger))
    }

    var day: Int { at.day }
    var isBot: Bool { fact.marks.isBot }

    /// Whether it is the first of this human visitor on this link on this UTC day; known only once it is stored.
    package var isFirstVisit: Bool {
        get { fact.marks.isFirst }
        set { fact.marks.bits = newValue ? fact.marks.bits | 2 : fact.marks.bits & ~2 }
    }
}

/// A quarter of an hour, the unit of all that is counted: every time zone's days begin on one.
package enum Quarter {
    package static let milliseconds: Int64 = 900_000
    static let ofDay = 96
}
