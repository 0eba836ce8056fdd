import MariaDB
import Model
import Store

/// The filters of a question as numbers: which facts it counts.
struct ClickFilter {
    /// For each column with a filter, whether a number is asked for.
    private(set) var columns: [FactColumn: [Bool]] = [:]
    /// Whether the four bits of a fact are asked for.
    private(set) var marks = [Bool](repeating: true, count: 16)

    var isEmpty: Bool { columns.isEmpty && marks.allSatisfy { $0 } }

    init(_ question: ClickQuestion, on connection: Connection) throws(MariaDBError) {
        for (kind, column) in [
            (ClickValue.Kind.place, FactColumn.places), (.agent, .agents), (.referrer, .referrers), (.campaign, .campaigns),
        ] {
            let filters = question.filters.compactMap { group, values in
                ClickQuestion.part(of: group).flatMap { $0.kind == kind ? (part: $0.part, values: values) : nil }
            }
            guard !filters.isEmpty else { continue }
            columns[column] = try Self.numbers(kind, filters, in: question.workspace, on: connection)
        }
        for bits in 0..<16 { marks[bits] = Self.matches(ClickMarks(bits: UInt32(bits)), question) }
    }

    private static func matches(_ marks: ClickMarks, _ question: ClickQuestion) -> Bool {
        if let bots = question.filters[.bot], !bots.contains(String(marks.isBot)) { return false }
        guard let triggers = question.filters[.trigger] else { return true }
        return ClickTrigger.allCases.contains { $0.number == marks.trigger && triggers.contains($0.rawValue) }
    }

    /// The numbers whose value has one of the texts in each of the parts.
    private static func numbers(
        _ kind: ClickValue.Kind, _ filters: [(part: Int, values: [String])], in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [Bool] {
        var query: SQL = "SELECT number FROM click_values WHERE workspace_id = \(workspace) AND kind = \(kind.rawValue)"
        for filter in filters {
            let values = filter.values.map { Array($0.utf8) }
            if kind == .referrer {
                query += " AND digest IN (\(list: filter.values.map { ClickValue.referrer($0).digest }))"
            } else {
                query += """
                     AND SUBSTRING_INDEX(SUBSTRING_INDEX(value, X'1F', \(unsafeText: String(filter.part + 1))), X'1F', -1) IN (\(list: values))
                    """
            }
        }
        var asked = [filters.allSatisfy { $0.values.contains("") }]
        try connection.query(query) { row in
            guard case .integer(let number) = row[0] else { return }
            let index = Int(number)
            asked.grow(to: index, filling: false)
            asked[index] = true
        }
        return asked
    }
}
