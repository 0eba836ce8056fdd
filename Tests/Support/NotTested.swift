import Foundation
import Testing

/// Tells that something could not be tested here: a loud line by hand, an error where all has to be tested
/// (`MASK_TEST_ALL=1`, as CI has it).
public func notTested(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
    FileHandle.standardError.write(Data("\n*** NOT TESTED: \(what) ***\n\n".utf8))
    if ProcessInfo.processInfo.environment["MASK_TEST_ALL"] == "1" {
        Issue.record("not tested: \(what)", sourceLocation: sourceLocation)
    }
}
