/// A metric as it is told: a name, what it means, and its samples.
public struct MetricFamily: Sendable {
    public enum Kind: String, Sendable { case counter, gauge, histogram, info }

    public typealias Label = (name: String, value: String)

    public struct Sample: Sendable {
        /// Behind the family's name: `_total`, `_bucket` …
        var suffix: String
        var labels: [Label]
        var value: String

        init(_ suffix: String, _ labels: [Label], _ value: String) { (self.suffix, self.labels, self.value) = (suffix, labels, value) }
    }

    /// Without the suffix of its samples; ends in the unit.
    public var name: String
    public var kind: Kind
    /// A base unit: `seconds`, `bytes`; empty for plain numbers.
    public var unit: String
    /// One sentence.
    public var help: String
    public var samples: [Sample] = []

    public init(_ kind: Kind, _ name: String, unit: String = "", _ help: String) {
        (self.kind, self.name, self.unit, self.help) = (kind, name, unit, help)
    }

    // MARK: With samples

    public static func counter(_ name: String, _ help: String, _ values: [([Label], Counter)]) -> Self {
        var family = Self(.counter, name, help)
        family.samples = values.map { Sample("_total", $0, String($1.value)) }
        return family
    }

    public static func gauge(_ name: String, unit: String = "", _ help: String, _ values: [([Label], Int)]) -> Self {
        var family = Self(.gauge, name, unit: unit, help)
        family.samples = values.map { Sample("", $0, String($1)) }
        return family
    }

    public static func gauge(_ name: String, unit: String = "", _ help: String, _ value: Int) -> Self {
        gauge(name, unit: unit, help, [([], value)])
    }

    /// A gauge of seconds.
    /// - Parameter values: in milliseconds.
    public static func seconds(_ name: String, _ help: String, milliseconds values: [([Label], Int)]) -> Self {
        var family = Self(.gauge, name, unit: "seconds", help)
        family.samples = values.map { Sample("", $0, text(microseconds: $1 * 1000)) }
        return family
    }

    public static func seconds(_ name: String, _ help: String, milliseconds value: Int) -> Self {
        seconds(name, help, milliseconds: [([], value)])
    }

    public static func histogram(_ name: String, _ help: String, _ values: [([Label], Histogram)]) -> Self {
        var family = Self(.histogram, name, unit: "seconds", help)
        family.samples = values.flatMap { $1.samples($0) }
        return family
    }

    public static func info(_ name: String, _ help: String, _ labels: [Label]) -> Self {
        var family = Self(.info, name, help)
        family.samples = [Sample("_info", labels, "1")]
        return family
    }

    /// A series' name for ``HostMemory``.
    public static func series(_ name: String, _ labels: [Label]) -> String {
        name + "{" + labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",") + "}"
    }

    /// Seconds with as many digits as are needed: `0.0025`.
    static func text(microseconds: Int) -> String {
        let (whole, part) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        guard part != 0 else { return "\(whole).0" }
        var digits = String(part)
        digits = String(repeating: "0", count: 6 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
