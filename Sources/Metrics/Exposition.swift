/// Metrics as text.
public enum Exposition: Sendable {
    /// OpenMetrics 1.0: https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
    case openMetrics
    /// The older text format of Prometheus, 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
    case prometheus

    /// The older format is for those who ask for plain text and do not know OpenMetrics.
    public init(accept: String?) {
        let accept = accept?.lowercased() ?? ""
        let knowsOpenMetrics = accept.contains("application/openmetrics-text") || !accept.contains("text/plain")
        self = knowsOpenMetrics ? .openMetrics : .prometheus
    }

    public var contentType: String {
        switch self {
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        }
    }

    /// Families without a sample are left out.
    public func text(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.samples.isEmpty { write(family, to: &text) }
        if self == .openMetrics { text += "# EOF\n" }
        return text
    }

    private func write(_ family: MetricFamily, to text: inout String) {
        let name = self.name(family)
        text += "# TYPE \(name) \(type(family))\n"
        if self == .openMetrics, !family.unit.isEmpty { text += "# UNIT \(name) \(family.unit)\n" }
        text += "# HELP \(name) \(escaped(family.help, quotes: self == .openMetrics))\n"
        for sample in family.samples {
            text += family.name + sample.suffix
            if !sample.labels.isEmpty {
                text += "{" + sample.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
            }
            text += " \(sample.value)\n"
        }
    }

    /// The older format calls a family as its samples are called.
    private func name(_ family: MetricFamily) -> String {
        guard self == .prometheus else { return family.name }
        switch family.kind {
        case .counter: return family.name + "_total"
        case .info: return family.name + "_info"
        case .gauge, .histogram: return family.name
        }
    }

    private func type(_ family: MetricFamily) -> String {
        self == .prometheus && family.kind == .info ? "gauge" : family.kind.rawValue
    }

    private func escaped(_ text: String, quotes: Bool) -> String {
        guard text.contains(where: { $0 == "\\" || $0 == "\"" || $0.isNewline }) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
