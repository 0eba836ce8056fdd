import ArgumentParser
import Model

struct AgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "What user agents are taken for: a person's browser, or a machine.",
        subcommands: [AgentExplain.self, AgentList.self])
}

private struct AgentExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say what a User-Agent header is taken for, and why.",
        discussion: "The header in quotation marks, as a log has it. It is read as clicks are read.")

    @Argument(help: "The header's value.")
    var header: String

    @OptionGroup var output: OutputOptions

    func run() {
        let reading = UserAgentReading(header)
        let agent = reading.agent
        output.print([
            "visitor": reading.machine == nil ? "person" : "bot", "why": reading.explanation,
            "device": agent.device.rawValue + by(reading.device), "os": agent.os + by(reading.system),
            "browser": agent.browser + by(reading.browser),
        ])
    }

    private func by(_ entry: UserAgentTable.Entry?) -> String { entry.map { " (by \"\($0.mark)\")" } ?? "" }
}

private struct AgentList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what user agents are read by, in the order in which it counts.")

    @OptionGroup var output: OutputOptions

    func run() {
        output.print(["kind", "text", "name"], UserAgentTable.entries.map { ["\($0.kind)", "\"\($0.mark)\"", $0.name] })
    }
}
