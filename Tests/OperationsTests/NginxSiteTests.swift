@testable import Bootstrap
import Foundation
@testable import Operations
import Support
import Testing

@Suite("nginx's site, as setup writes it")
struct NginxSiteTests {
    private let template = """
        map $host $mask_documentation { default https://api.example.com/docs/errors; }
        server {
          listen 443 ssl;
          listen [::]:443 ssl;
          server_name api.example.com;
        }
        server {
          listen 443 ssl default_server backlog=4096;
          listen [::]:443 ssl default_server backlog=4096;
        }
        server {
          listen 80 default_server backlog=4096;
          listen [::]:80 default_server backlog=4096;
          server_name links.example.com;
        }
        server {
          listen 127.0.0.1:9464;
        }
        """
    private func site(_ change: (inout NginxSite) -> Void = { _ in }) -> String {
        var site = NginxSite(apiHost: "api.a.test", linkHost: "a.test")
        change(&site)
        return site.text(template)
    }
    private func listens(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0.hasPrefix("listen") }
    }

    @Test("alone it is the file with this host's names")
    func alone() {
        #expect(site() == template.replacing("api.example.com", with: "api.a.test").replacing("links.example.com", with: "a.test"))
        #expect(NginxSite.placeBehind(site()) == nil)
    }

    @Test("behind another web server it listens on loopback, and takes the visitor's address from it")
    func behind() {
        let text = site { $0.place = .behind(http: 8080, https: 8443) }
        #expect(listens(text) == [
            "listen 127.0.0.1:8443 ssl;", "listen 127.0.0.1:8443 ssl default_server backlog=4096;",
            "listen 127.0.0.1:8080 default_server backlog=4096;", "listen 127.0.0.1:9464;",
        ])
        #expect(text.ranges(of: "set_real_ip_from 127.0.0.1;").count == 3)
        #expect(NginxSite.placeBehind(text) == .behind(http: 8080, https: 8443))
    }

    @Test("where another site is the default, or has set the socket's options, that stays so")
    func neighbours() {
        var claimed: Set<UInt16> = [], tuned: Set<UInt16> = []
        let text = site {
            $0.heed("""
                # configuration file /etc/nginx/sites-enabled/shop:
                server { listen 443 ssl default_server; # one
                    # listen 80 default_server;
                    listen  [::]:80 reuseport;
                    listen 192.0.2.1:80 default_server;
                    listen unix:/run/x default_server;
                """)
            (claimed, tuned) = ($0.claimed, $0.tuned)
        }
        #expect(claimed == [443] && tuned == [80])
        #expect(listens(text) == [
            "listen 443 ssl;", "listen [::]:443 ssl;", "listen 443 ssl;", "listen [::]:443 ssl;", "listen 80 default_server;",
            "listen [::]:80 default_server;", "listen 127.0.0.1:9464;",
        ])
    }

    @Test("without IPv6 there is no line that needs it")
    func oldNetwork() { #expect(!site { $0.hasIPv6 = false }.contains("[::]")) }

    @Test("this repository's site is one that setup can write")
    func real() throws {
        let text = try String(contentsOfFile: Migrations.folder + "/../../nginx/mask.conf", encoding: .utf8)
        let behind = NginxSite(apiHost: "api.a.test", linkHost: "a.test", appHost: "app.a.test", place: .behind(http: 1, https: 2)).text(text)
        #expect(listens(behind).allSatisfy { $0.hasPrefix("listen 127.0.0.1:") } && listens(behind).count == 8)
        #expect(!behind.contains("example.com;"))
        let without = NginxSite(apiHost: "api.a.test", linkHost: "a.test", place: .behind(http: 1, https: 2)).text(text)
        #expect(listens(without).count == 6 && !without.contains("mask-app") && without.contains("listen 127.0.0.1:9464"))
    }

    @Test("which names a site answers for is known, of nginx and of Apache")
    func names() throws {
        let text = try String(contentsOfFile: Migrations.folder + "/../../nginx/mask.conf", encoding: .utf8)
        let site = NginxSite(apiHost: "api.a.test", linkHost: "a.test", appHost: "app.a.test").text(text)
        #expect(NginxSite.names(site) == ["api.a.test", "a.test", "*.a.test", "app.a.test", "_"])
        let apache = try String(contentsOfFile: Migrations.folder + "/../../systemd/apache/zz-mask.conf", encoding: .utf8)
        #expect(NginxSite.names(apache) == ["api.example.com", "links.example.com", "app.example.com"])
    }

    @Test("who listens on a port is known, and who does not is not named")
    func holders() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = Receiver.loopback(port: 0)
        try #require(Receiver.withAddress(&address) { bind(descriptor, $0, $1) } == 0)
        let port = UInt16(Receiver.port(of: descriptor))
        #expect(PortHolders.names(port: port).isEmpty)
        #expect(listen(descriptor, 1) == 0)
        let name = try String(contentsOfFile: "/proc/self/comm", encoding: .utf8).trimmingCharacters(in: .newlines)
        #expect(PortHolders.names(port: port) == [name])
    }
}
