/// What a `User-Agent` header says of a visitor, as far as analytics need it: kind of device, browser, system, and
/// whether it is a program rather than a person. Only names are kept: versions would make visitors recognisable.
public struct UserAgent: Equatable, Sendable {
    public enum Device: String, Sendable, CaseIterable {
        case desktop, mobile, tablet, unknown
    }

    public var device: Device
    /// `Chrome`, `Safari`, `Firefox`, … or `Other`. A program under its own name: `curl`.
    public var browser: String
    /// `Windows`, `macOS`, `iOS`, `Android`, `Linux`, `ChromeOS` or `Other`.
    public var os: String
    /// Crawlers, link previews, monitors, and programs such as curl or python-requests: nobody looks at the page. So
    /// is a request without the header. What calls itself a browser is believed.
    public var isBot: Bool

    public init(device: Device, browser: String, os: String, isBot: Bool) {
        self.device = device
        self.browser = browser
        self.os = os
        self.isBot = isBot
    }

    /// Reads the first 512 bytes of a header; browsers send fewer than 300.
    public init(parsing header: String) {
        self = UserAgentReading(header).agent
    }
}

/// A header as it was understood, and by what.
public struct UserAgentReading: Sendable {
    public let agent: UserAgent
    /// What makes it a machine; nil for a person's browser.
    public let machine: Machine?
    /// By what they were told; nil where nothing was found.
    public let browser: UserAgentTable.Entry?
    public let system: UserAgentTable.Entry?
    public let device: UserAgentTable.Entry?

    public enum Machine: Sendable {
        /// Nothing was sent.
        case nothing
        /// The header opens as no browser's does.
        case opening
        /// It says `compatible` and is none of the old browsers that said so.
        case compatible
        /// It opens as a browser's does, and names no engine.
        case noEngine
        case program(UserAgentTable.Entry)
        case robot(UserAgentTable.Entry)
    }

    /// It comes by itself: a crawler, a preview, a monitor. Programs that somebody runs are not meant: those of the table, and
    /// who sends no name.
    public var isRobot: Bool {
        switch machine {
        case .robot, .compatible, .noEngine, .opening: true
        default: false
        }
    }

    public init(_ header: String) {
        let found = UserAgentMarks.all.find(in: header)
        (system, device, machine) = (found[.system], found[.device], Self.machine(found))
        let os = system?.name ?? "Other"
        let isApple = os == "iOS" || os == "macOS"
        browser = found[.program] ?? found[.browser] ?? (isApple ? found[.safari] : nil)
        agent = UserAgent(
            device: Self.device(device, os), browser: browser?.name ?? "Other", os: os, isBot: machine != nil)
    }

    /// What has a name is told by it; the others by what browsers never do.
    private static func machine(_ found: UserAgentMarks.Found) -> Machine? {
        if found.isEmpty { return .nothing }
        if let robot = found[.robot] { return .robot(robot) }
        if let program = found[.program] { return .program(program) }
        if found[.opening] == nil { return .opening }
        if found[.oldBrowser] != nil { return nil }
        if found[.compatible] != nil { return .compatible }
        // Phones before 2010 open with their maker, and name no engine.
        return found[.engine] == nil && found[.opening]?.mark == "mozilla/" ? .noEngine : nil
    }

    /// Android tablets are those that do not say `Mobile`. An iPad that asks for desktop pages says it is a Mac.
    private static func device(_ entry: UserAgentTable.Entry?, _ os: String) -> UserAgent.Device {
        if let entry, let device = UserAgent.Device(rawValue: entry.name) {
            // Old Windows desktops say "Tablet PC".
            let isTabletPC = entry.mark == "tablet" && os == "Windows"
            if !isTabletPC { return device }
        }
        switch os {
        case "Android": return .tablet
        case "Other": return .unknown
        default: return .desktop
        }
    }

    /// Why it is a bot or a person, as one sentence.
    public var explanation: String {
        switch machine {
        case nil: "It opens as a browser does, names an engine, and has no mark of a machine."
        case .nothing: "No User-Agent was sent."
        case .opening: "It opens as no browser does; browsers open with Mozilla/."
        case .compatible: "It says compatible and is none of the old browsers that said so."
        case .noEngine: "It opens as a browser does and names no browser engine."
        case .program(let entry): "It has \"\(entry.mark)\", a program that somebody runs."
        case .robot(let entry): "It has \"\(entry.mark)\", a mark of what comes by itself: crawlers, previews, monitors."
        }
    }
}
