import JSON

/// A request as it stands in the documentation, to be written in several languages. Whoever runs it has a key in `MASK_API_KEY`.
struct Sample {
    enum Body {
        case json(JSON)
        /// A file of the reader's, with its media type.
        case file(String, type: String)
    }

    var method: String
    /// Whole, with its query.
    var url: String
    var needsKey = true
    var body: Body?
    /// Where an answer that is no JSON goes.
    var output: String?
    /// Whether there is an answer to print.
    var hasAnswer = true

    /// All languages, each as a block of Markdown.
    var markdown: String {
        [("sh", curl), ("python", python), ("php", php), ("javascript", javascript), ("swift", swift)]
            .map { "```\($0.0)\n\($0.1)\n```\n" }.joined(separator: "\n")
    }

    private var contentType: String? {
        switch body {
        case .json: "application/json"
        case .file(_, let type): type
        case nil: nil
        }
    }

    // MARK: curl

    var curl: String {
        var parts = ["curl" + (method == "GET" ? "" : " -X \(method)") + " \(url.contains("?") ? "\"\(url)\"" : url)"]
        if needsKey { parts.append("-H \"Authorization: Bearer $MASK_API_KEY\"") }
        if let contentType { parts.append("-H \"Content-Type: \(contentType)\"") }
        switch body {
        case .json(let json):
            let text = Self.literal(json, .json, indent: 2)
            parts.append("-d '\(text.replacing("'", with: #"'\''"#))'")
        case .file(let name, _): parts.append("--data-binary @\(name)")
        case nil: break
        }
        if let output { parts.append("-o \(output)") }
        return parts.joined(separator: " \\\n  ")
    }

    // MARK: Python

    var python: String {
        var arguments = ["\"\(url)\""]
        var headers: [String] = []
        if needsKey { headers.append("\"Authorization\": f\"Bearer {os.environ['MASK_API_KEY']}\"") }
        if case .file(_, let type) = body { headers.append("\"Content-Type\": \"\(type)\"") }
        if !headers.isEmpty { arguments.append("headers={\(headers.joined(separator: ", "))}") }
        switch body {
        case .json(let json): arguments.append("json=\(Self.literal(json, .python, indent: 4))")
        case .file(let name, _): arguments.append("data=open(\"\(name)\", \"rb\")")
        case nil: break
        }
        var lines = needsKey ? ["import os", "import requests"] : ["import requests"]
        lines += ["", "response = requests.\(method.lowercased())("] + arguments.map { "    \($0)," } + [")", "response.raise_for_status()"]
        if let output {
            lines.append("open(\"\(output)\", \"wb\").write(response.content)")
        } else if hasAnswer {
            lines.append("print(response.json())")
        }
        return lines.joined(separator: "\n")
    }

    // MARK: PHP

    var php: String {
        var headers: [String] = []
        if needsKey { headers.append("\"Authorization: Bearer \" . getenv(\"MASK_API_KEY\")") }
        if let contentType { headers.append("\"Content-Type: \(contentType)\"") }
        var lines = ["<?php", "$request = curl_init(\"\(url)\");", "curl_setopt_array($request, ["]
        if method != "GET" { lines.append("    CURLOPT_CUSTOMREQUEST => \"\(method)\",") }
        if !headers.isEmpty { lines.append("    CURLOPT_HTTPHEADER => [\(headers.joined(separator: ", "))],") }
        switch body {
        case .json(let json): lines.append("    CURLOPT_POSTFIELDS => json_encode(\(Self.literal(json, .php, indent: 4))),")
        case .file(let name, _): lines.append("    CURLOPT_POSTFIELDS => file_get_contents(\"\(name)\"),")
        case nil: break
        }
        lines += [
            "    CURLOPT_RETURNTRANSFER => true,", "    CURLOPT_FAILONERROR => true,", "]);", "$answer = curl_exec($request);",
            "if ($answer === false) {", "    throw new RuntimeException(curl_error($request));", "}",
        ]
        if let output {
            lines.append("file_put_contents(\"\(output)\", $answer);")
        } else if hasAnswer {
            lines.append("print_r(json_decode($answer, true));")
        }
        return lines.joined(separator: "\n")
    }

    // MARK: JavaScript

    var javascript: String {
        var headers: [String] = []
        if needsKey { headers.append("\"Authorization\": `Bearer ${process.env.MASK_API_KEY}`") }
        if let contentType { headers.append("\"Content-Type\": \"\(contentType)\"") }
        var options: [String] = []
        if method != "GET" { options.append("method: \"\(method)\"") }
        if !headers.isEmpty { options.append("headers: { \(headers.joined(separator: ", ")) }") }
        var imports: [String] = []
        switch body {
        case .json(let json): options.append("body: JSON.stringify(\(Self.literal(json, .json, indent: 2)))")
        case .file(let name, _):
            imports.append("readFile")
            options.append("body: await readFile(\"\(name)\")")
        case nil: break
        }
        if output != nil { imports.append("writeFile") }
        var lines = imports.isEmpty ? [] : ["import { \(imports.joined(separator: ", ")) } from \"node:fs/promises\";", ""]
        if options.isEmpty {
            lines.append("const response = await fetch(\"\(url)\");")
        } else {
            lines += ["const response = await fetch(\"\(url)\", {"] + options.map { "  \($0)," } + ["});"]
        }
        lines.append("if (!response.ok) throw new Error(await response.text());")
        if let output {
            lines.append("await writeFile(\"\(output)\", Buffer.from(await response.arrayBuffer()));")
        } else if hasAnswer {
            lines.append("console.log(await response.json());")
        }
        return lines.joined(separator: "\n")
    }

    // MARK: Swift

    var swift: String {
        var lines = [
            "import Foundation", "#if canImport(FoundationNetworking)", "import FoundationNetworking", "#endif", "",
            "var request = URLRequest(url: URL(string: \"\(url)\")!)",
        ]
        if method != "GET" { lines.append("request.httpMethod = \"\(method)\"") }
        if needsKey {
            lines.append("let key = ProcessInfo.processInfo.environment[\"MASK_API_KEY\"]!")
            lines.append("request.setValue(\"Bearer \\(key)\", forHTTPHeaderField: \"Authorization\")")
        }
        if let contentType { lines.append("request.setValue(\"\(contentType)\", forHTTPHeaderField: \"Content-Type\")") }
        switch body {
        case .json(let json): lines += ["request.httpBody = Data(#\"\"\"", "    " + Self.literal(json, .json, indent: 4), "    \"\"\"#.utf8)"]
        case .file(let name, _): lines.append("request.httpBody = try Data(contentsOf: URL(fileURLWithPath: \"\(name)\"))")
        case nil: break
        }
        lines += [
            "let (data, response) = try await URLSession.shared.data(for: request)",
            "guard (response as! HTTPURLResponse).statusCode < 300 else { fatalError(String(decoding: data, as: UTF8.self)) }",
        ]
        if let output {
            lines.append("try data.write(to: URL(fileURLWithPath: \"\(output)\"))")
        } else if hasAnswer {
            lines.append("print(String(decoding: data, as: UTF8.self))")
        }
        return lines.joined(separator: "\n")
    }
}

extension Sample {
    enum Notation { case json, python, php }

    /// An object or list by itself.
    static func pretty(_ json: JSON) -> String { literal(json, .json, indent: 2, depth: 0) }

    /// A value as the language writes it: on one line where it is short.
    /// - Parameter indent: of the line that it begins on, and the step of those within.
    static func literal(_ json: JSON, _ notation: Notation, indent: Int, depth: Int = 1) -> String {
        let parts: [String]
        let (open, close): (String, String)
        switch json {
        case .object(let object):
            if notation == .php, object.members.isEmpty { return "new stdClass()" }
            (open, close) = notation == .php ? ("[", "]") : ("{", "}")
            parts = object.members.map { member in
                quoted(member.name, notation) + (notation == .php ? " => " : ": ") + literal(member.value, notation, indent: indent, depth: depth + 1)
            }
        case .array(let items):
            (open, close) = ("[", "]")
            parts = items.map { literal($0, notation, indent: indent, depth: depth + 1) }
        case .string(let text): return quoted(text, notation)
        case .bool(let isTrue): return notation == .python ? (isTrue ? "True" : "False") : (isTrue ? "true" : "false")
        case .null: return notation == .python ? "None" : "null"
        case .integer, .double: return String(decoding: json.serialized(), as: UTF8.self)
        }
        let line = open + parts.joined(separator: ", ") + close
        if line.count <= 72, !line.contains("\n") { return line }
        let space = String(repeating: " ", count: indent * (depth + 1))
        let comma = notation == .json ? "" : ","
        return "\(open)\n\(space)" + parts.joined(separator: ",\n\(space)") + comma + "\n" + String(repeating: " ", count: indent * depth) + close
    }

    private static func quoted(_ text: String, _ notation: Notation) -> String {
        let json = String(decoding: JSON.string(text).serialized(), as: UTF8.self)
        return notation == .php ? json.replacing("$", with: "\\$") : json
    }
}
