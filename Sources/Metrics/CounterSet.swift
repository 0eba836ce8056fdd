/// What the counters of a family are told apart by: the cases of an enumeration whose numbers begin at 0.
public protocol CounterCase: CaseIterable, RawRepresentable, Sendable where RawValue == Int {}

extension CounterCase {
    /// As a label's value: `notFound` is `not_found`.
    var label: String {
        String(describing: self).reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}

/// Counters of one family, one for each case: `mask_redirects_total{outcome="led"}` …
public struct CounterSet<Case: CounterCase>: Sendable {
    private let name: String
    private let label: String
    private let help: String
    private let counters: [Counter]

    /// - Parameter label: the name of the label whose values are the cases.
    public init(_ name: String, by label: String, _ help: String, in memory: HostMemory) {
        (self.name, self.label, self.help) = (name, label, help)
        counters = Case.allCases.map { Counter(MetricFamily.series(name, [(label, $0.label)]), in: memory) }
    }

    @inline(__always)
    public func add(_ which: Case, _ count: Int = 1) { counters[which.rawValue].add(count) }

    public func value(_ which: Case) -> Int { counters[which.rawValue].value }

    public var family: MetricFamily {
        .counter(name, help, Case.allCases.map { ([(label, $0.label)], counters[$0.rawValue]) })
    }
}
