import CMariaDB

extension Connection {
    /// Sends rows from memory with `LOAD DATA LOCAL INFILE`, the fastest way into a table, and returns how many were stored.
    ///
    /// `statement` names any file: the server asks the client for it and gets `rows` instead, whatever name it asks for
    /// (`mysql_set_local_infile_handler`). LOCAL skips duplicates with a warning, so fewer may be stored than were sent.
    public func load(_ rows: [UInt8], _ statement: String) throws(MariaDBError) -> Int {
        defer { refuseLocalFiles() }
        // The closure's throw is carried out by hand: `withUnsafeBytes` rethrows untyped.
        let outcome: Result<Int, MariaDBError> = rows.withUnsafeBytes { bytes in
            var source = LocalRows(bytes: bytes)
            return withUnsafeMutablePointer(to: &source) { pointer in
                mysql_set_local_infile_handler(handle, openRows, readRows, closeRows, rowsError, pointer)
                do throws(MariaDBError) { return .success(try run(statement)) } catch { return .failure(error) }
            }
        }
        return try outcome.get()
    }

    /// A server must not be able to ask for a file of this host at any other time.
    /// https://mariadb.com/kb/en/load-data-infile/#load-data-local-infile
    func refuseLocalFiles() {
        mysql_set_local_infile_handler(handle, refuseRows, readRows, closeRows, rowsError, nil)
    }
}

/// What the four callbacks share: the bytes that are left to send.
private struct LocalRows {
    var bytes: UnsafeRawBufferPointer
    var sent = 0
}

private func openRows(
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ name: UnsafePointer<CChar>?, _ rows: UnsafeMutableRawPointer?
) -> Int32 {
    state?.pointee = rows
    return 0
}

private func refuseRows(
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ name: UnsafePointer<CChar>?, _ rows: UnsafeMutableRawPointer?
) -> Int32 {
    state?.pointee = nil
    return 1
}

private func readRows(_ state: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: UInt32) -> Int32 {
    guard let rows = state?.assumingMemoryBound(to: LocalRows.self), let buffer, let base = rows.pointee.bytes.baseAddress
    else { return 0 }
    let count = min(Int(size), rows.pointee.bytes.count - rows.pointee.sent)
    UnsafeMutableRawPointer(buffer).copyMemory(from: base + rows.pointee.sent, byteCount: count)
    rows.pointee.sent += count
    return Int32(count)
}

private func closeRows(_ state: UnsafeMutableRawPointer?) {}

private func rowsError(_ state: UnsafeMutableRawPointer?, _ message: UnsafeMutablePointer<CChar>?, _ size: UInt32) -> Int32 {
    let text = "this client sends no files\0"
    text.utf8CString.withUnsafeBufferPointer { source in
        for index in 0..<min(Int(size), source.count) { message?[index] = source[index] }
    }
    return Int32(CR_UNKNOWN_ERROR)
}
