import AnalyticsStore
import ArgumentParser
import Bootstrap
import Model
import POSIX
import Text

struct ClicksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clicks", abstract: "The clicks that are kept.", subcommands: [Export.self])

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a workspace's clicks to standard output, oldest first.",
            discussion: """
                A day, a window, or all that are kept. Of a filter that is repeated a click has to have one value:
                --filter country=DE --filter country=AT --filter bot=false
                """)
        @Option(help: "The workspace's slug.") var workspace: String
        @Option(help: "csv or ndjson.") var format: ExportFormat = .ndjson
        @Option(help: "Only this day in UTC, such as 2026-11-26.") var day: String?
        @Option(help: "Only clicks from then on, in RFC 3339.") var since: Timestamp?
        @Option(help: "Only clicks before then, in RFC 3339.") var until: Timestamp?
        @Option(help: "Only clicks on this link, lnk_…; repeat it for more.") var link: [LinkID] = []
        @Option(help: "Only clicks with this, as NAME=VALUE; names are those of GET /analytics/clicks.") var filter: [Filter] = []

        func validate() throws {
            guard let day else { return }
            guard CivilDate(iso: day) != nil else { throw ValidationError("--day is a date such as 2026-11-26.") }
            guard since == nil, until == nil else { throw ValidationError("Give either --day, or --since and --until.") }
        }

        func run() throws {
            let installation = try openInstallation()
            let date = day.flatMap(CivilDate.init(iso:))
            let start = date.map { Timestamp(day: $0.dayNumber) } ?? since ?? Timestamp(day: 0)
            let end = date.map { Timestamp(day: $0.dayNumber + 1) } ?? until ?? Timestamp.now().adding(days: 1)
            var question = ClickQuestion(
                workspace: try installation.office.workspace(workspace).id, links: link, start: start, end: end)
            for filter in filter { question.filters[filter.group, default: []].append(filter.value) }
            try ClickExport.write(format, question, from: installation.store, to: writeOut)
        }
    }

    /// `country=DE`.
    struct Filter: ExpressibleByArgument {
        let group: ClickQuestion.Group
        let value: String

        init?(argument: String) {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let group = ClickQuestion.Group.filters.first(where: { $0.rawValue == parts[0] }),
                group.choices?.contains(parts[1]) ?? true
            else { return nil }
            (self.group, value) = (group, parts[1])
        }
    }
}

