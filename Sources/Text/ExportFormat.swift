/// How what is exported is written: CSV, or JSON line by line.
public enum ExportFormat: String, Sendable, CaseIterable {
    case csv, ndjson

    package var mediaType: String { self == .csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson" }
}
