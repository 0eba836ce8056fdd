import ArgumentParser
import Bootstrap
import Glibc
import JSON
import Model
import Work

/// What a command tells of something: in a table its text, in JSON its value.
protocol Fact {
    var json: JSON { get }
    var text: String { get }
}

extension String: Fact {
    var json: JSON { .string(self) }
    var text: String { self }
}

extension Int: Fact {
    var json: JSON { JSON(self) }
    var text: String { String(self) }
}

extension [String]: Fact {
    var json: JSON { JSON(self) }
    var text: String { joined(separator: " ") }
}

/// Nothing is null in JSON, and empty in a table.
extension Optional: Fact where Wrapped: Fact {
    var json: JSON { self?.json ?? .null }
    var text: String { self?.text ?? "" }
}

/// `--json` on everything that lists.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON instead of a table.")
    var json = false

    /// Rows under a heading, or an array of objects with the headings as names.
    func print(_ headings: [String], _ rows: [[any Fact]]) {
        if json {
            let objects = rows.map { row in
                JSON.object(JSONObject(zip(headings, row).map { .init(name: $0, value: $1.json) }))
            }
            return Self.print(.array(objects))
        }
        guard !rows.isEmpty else { return }
        let lines = [headings.map { $0.uppercased() }] + rows.map { $0.map { PlainText.escaped($0.text) } }
        let widths = headings.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        for row in lines {
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            Swift.print(line)
        }
    }

    /// One thing: its facts line by line, or one JSON object.
    func print(_ facts: KeyValuePairs<String, any Fact>) {
        if json {
            return Self.print(.object(JSONObject(facts.map { .init(name: $0.key, value: $0.value.json) })))
        }
        let width = facts.map(\.key.count).max() ?? 0
        for (name, value) in facts {
            Swift.print(name + String(repeating: " ", count: width - name.count + 2) + PlainText.escaped(value.text))
        }
    }

    /// Characters that would do something to a terminal stand as JSON's own escapes; outside of texts there are none.
    private static func print(_ json: JSON) {
        let text = String(decoding: json.serialized(pretty: true), as: UTF8.self)
        Swift.print(text.unicodeScalars.reduce(into: "") { result, scalar in
            if scalar != "\n", PlainText.isForbidden(scalar) {
                let number = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - number.count) + number
            } else {
                result.unicodeScalars.append(scalar)
            }
        })
    }
}

/// Writes bytes to standard output as they are; a full disk must not pass for the end.
func writeOut(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        guard written > 0 || errno == EINTR else { throw OutputError(code: errno) }
        rest = rest.dropFirst(max(0, written))
    }
}

/// Asks whoever sits at the terminal. A script has said what it wants.
func confirmed(_ question: String) -> Bool {
    guard isatty(STDIN_FILENO) == 1 else { return true }
    print(question, "[y/N]", terminator: " ")
    fflush(nil)
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
}

/// What cannot be written, and why.
private struct OutputError: Error, CustomStringConvertible {
    let code: Int32
    var description: String { "standard output cannot be written: \(String(cString: strerror(code)))" }
}

/// A name as the API would take it.
func validateName(_ name: String?) throws {
    guard let name else { return }
    guard (1...255).contains(name.unicodeScalars.count) else { throw ValidationError("A name has 1 to 255 characters.") }
    if let scalar = PlainText.firstForbidden(in: name) {
        throw ValidationError("Remove the control character \(scalar.named) from the name.")
    }
}

extension ParsableCommand {
    /// The installation that the environment describes.
    func openInstallation() throws -> Installation {
        Installation(try Configuration(try Environment.current()), label: "maskctl")
    }
}
