import Testing

@testable import Systemd

@Suite("A log line in systemd's journal")
struct JournalLogHandlerTests {
    @Test("carries its fields: the request id is MASK_REQUEST_ID")
    func fields() {
        let fields = JournalLogHandler.fields(
            .warning, "the database is away", ["request_id": "0a1b", "path": "/v1/links"], identifier: "mask-worker")
        #expect(
            fields == [
                "MESSAGE=the database is away", "PRIORITY=4", "SYSLOG_IDENTIFIER=mask-worker", "MASK_PATH=/v1/links",
                "MASK_REQUEST_ID=0a1b",
            ])
    }

    @Test("has names that the journal takes, whatever a field is called")
    func names() {
        let fields = JournalLogHandler.fields(.info, "x", ["größe-1": "y"], identifier: "mask-worker")
        #expect(fields.last == "MASK_GR__E_1=y")
    }
}
