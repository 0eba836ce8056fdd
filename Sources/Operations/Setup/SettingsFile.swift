import Bootstrap
import POSIX

/// A configuration file whose values are changed in their places: the words around them stay.
package struct SettingsFile {
    private(set) var text: String
    package let path: String

    package init(_ path: String) throws {
        self.path = path
        text = try HostFile.read(path)
    }

    /// The value of a line `NAME=value`. A new one takes the place of that line, or of the `#NAME=` that stands for it.
    package subscript(name: String) -> String? {
        get {
            lines.last { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.utf8.count + 1)) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        set {
            guard let newValue, newValue != self[name] else { return }
            var lines = lines
            let line = "\(name)=\(newValue)"
            if let place = lines.lastIndex(where: { $0.hasPrefix(name + "=") })
                ?? lines.lastIndex(where: { $0.hasPrefix("#\(name)=") })
            {
                lines[place] = line[...]
            } else {
                lines.insert(line[...], at: lines.last == "" ? lines.count - 1 : lines.count)
            }
            text = lines.joined(separator: "\n")
        }
    }

    private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
}
