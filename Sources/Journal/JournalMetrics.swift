import Metrics

/// What the processes of a host count of the journal.
public struct JournalMetrics: Sendable {
    enum Record: Int, CounterCase { case click, view, request }

    let loaded: CounterSet<Record>
    let clickEvents: CounterSet<ClickEvent>
    let writeFailures: Counter
    let loadFailures: Counter
    let damagedLines: Counter

    enum ClickEvent: Int, CounterCase { case written, dropped }

    public init(_ memory: HostMemory) {
        loaded = CounterSet(
            "mask_journal_records_loaded", by: "record", "Records of the journal that were stored in MariaDB.", in: memory)
        clickEvents = CounterSet(
            "mask_click_events", by: "outcome",
            "Clicks that became events for webhooks, and those that an endpoint wanted but had no room for.", in: memory)
        writeFailures = Counter("mask_journal_write_failures", in: memory)
        loadFailures = Counter("mask_journal_load_failures", in: memory)
        damagedLines = Counter("mask_journal_damaged_lines", in: memory)
    }

    public var families: [MetricFamily] {
        [
            loaded.family, clickEvents.family,
            .counter("mask_journal_write_failures", "Clicks, views and requests that the disk did not take: lost.", [([], writeFailures)]),
            .counter("mask_journal_load_failures", "Batches that could not be stored; they are tried again.", [([], loadFailures)]),
            .counter("mask_journal_damaged_lines", "Lines of the journal that were damaged and skipped.", [([], damagedLines)]),
        ]
    }
}
