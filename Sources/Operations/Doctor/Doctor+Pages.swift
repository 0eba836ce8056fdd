import Bootstrap
import Glibc
import Images
import Pages

extension Doctor {
    /// What drawing and publishing needs.
    var pageChecks: [Check] {
        [
            Check(name: "images", needs: ["workers"], look: images),
            Check(name: "pages", look: pages),
        ]
    }

    private func images() -> Finding {
        finding("Install the Debian package librsvg2-bin, or nobody can upload a logo as SVG.") {
            let point = Array("<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>".utf8)
            _ = try SVG.decoded(point, side: 1, limits: ImageLimits(bytes: point.count, side: 1))
            return "SVG can be drawn"
        }
    }

    private func pages() -> Finding {
        let path = installation.configuration.pages
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            return .bad("\(path): \(String(cString: strerror(errno))). Create it for the workers' user, or correct MASK_PAGES.")
        }
        return finding("Correct MASK_THEMES.") { "\(path), themes \(try installation.publisher.themes().joined(separator: ", "))" }
    }
}
