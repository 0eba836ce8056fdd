import MariaDB
import Model
import Store

/// The table `click_facts`: the facts of each UTC day, in one row for a link, or for a block of links that are clicked seldom.
enum ClickFacts {
    /// A link that has as many facts of one day at once gets a row of its own for them; those of others stand together: a row costs
    /// more than some facts.
    static let ownRow = 4
    /// The own row of a link that has as many is added up as well: ``ClickSums``.
    static let busy = 1000
    /// Facts of a row at the most, but for the last batch: it is written anew as long as it grows.
    static let full = 16_384

    /// A row, as it is after an append.
    struct State {
        var link: UInt32
        var day: Int32
        var facts: Int
        var isSummed: Bool
    }

    /// Appends facts to the days of links, in the order of the key, and tells how they are then.
    static func append(
        _ rows: [(link: UInt32, day: Int32, columns: FactColumns)], in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [State] {
        var states: [State] = []
        states.reserveCapacity(rows.count)
        for chunk in chunks(of: rows) {
            var statement: SQL = """
                INSERT INTO click_facts (workspace_id, link, day, part, facts, summed, links, quarters, places, agents, referrers, campaigns, marks)
                VALUES
                """ + " "
            appendRows(chunk, to: &statement) { link, day, columns in
                """
                (\(workspace), \(Int(link)), \(CivilDate(day: Int(day)).sql), 0, \(columns.facts), FALSE, \(columns[.links]), \(columns[.quarters]),
                 \(columns[.places]), \(columns[.agents]), \(columns[.referrers]), \(columns[.campaigns]), \(columns[.marks]))
                """
            }
            statement += """
                 ON DUPLICATE KEY UPDATE
                  facts = facts + VALUE(facts), links = CONCAT(links, VALUE(links)), quarters = CONCAT(quarters, VALUE(quarters)),
                  places = CONCAT(places, VALUE(places)),
                  agents = CONCAT(agents, VALUE(agents)), referrers = CONCAT(referrers, VALUE(referrers)),
                  campaigns = CONCAT(campaigns, VALUE(campaigns)), marks = CONCAT(marks, VALUE(marks))
                RETURNING facts, summed
                """
            let told = try connection.query(statement)
            for (row, told) in zip(chunk, told) {
                states.append(State(link: row.link, day: row.day, facts: try told.integer(0), isSummed: try told.bool(1)))
            }
        }
        return states
    }

    /// Gives the open row of a link or block a number, and begins another.
    static func close(_ state: State, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        let date = CivilDate(day: Int(state.day)).sql
        let last = try connection.query("""
            SELECT MAX(part) FROM click_facts WHERE workspace_id = \(workspace) AND link = \(Int(state.link)) AND day = \(date)
            """).first?.integer(0) ?? 0
        try connection.execute("""
            UPDATE click_facts SET part = \(last + 1)
            WHERE workspace_id = \(workspace) AND link = \(Int(state.link)) AND day = \(date) AND part = 0
            """)
        try connection.execute("""
            INSERT INTO click_facts (workspace_id, link, day, part, facts, summed, links, quarters, places, agents, referrers, campaigns, marks)
            VALUES (\(workspace), \(Int(state.link)), \(date), 0, 0, \(state.isSummed), '', '', '', '', '', '', '')
            """)
    }

    /// Says that the own row of a link is in the sums.
    static func markSummed(_ state: State, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE click_facts SET summed = TRUE
            WHERE workspace_id = \(workspace) AND link = \(Int(state.link)) AND day = \(CivilDate(day: Int(state.day)).sql)
            """)
    }

    /// All facts of a link's own rows of a day.
    static func read(
        _ state: State, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [CountedFact] {
        var facts: [CountedFact] = []
        for row in try connection.query("""
            SELECT facts, quarters, places, agents, referrers, campaigns, marks FROM click_facts
            WHERE workspace_id = \(workspace) AND link = \(Int(state.link)) AND day = \(CivilDate(day: Int(state.day)).sql)
            """)
        {
            let count = try row.integer(0)
            let columns = try (1...6).map { column throws(MariaDBError) in
                VarintReader.numbers(try row.bytes(column), count: count)
            }
            guard columns.allSatisfy({ $0.count == count }) else { throw row.wrong(1, "as long as its row") }
            for index in 0..<count {
                let marks = columns[5][index]
                let fact = ClickFact(
                    quarter: columns[0][index], place: columns[1][index], agent: columns[2][index], referrer: columns[3][index],
                    campaign: columns[4][index], marks: ClickMarks(bits: marks))
                facts.append(CountedFact(link: state.link, day: state.day, fact: fact, count: Int(marks >> 4) + 1))
            }
        }
        return facts
    }
}
