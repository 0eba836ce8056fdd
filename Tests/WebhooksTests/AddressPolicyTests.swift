import Model
import Testing
import Webhooks

@Suite("AddressPolicy")
struct AddressPolicyTests {
    private let policy = AddressPolicy(opened: [])

    @Test(
        "addresses of the public Internet are allowed",
        arguments: [
            "1.1.1.1", "8.8.8.8", "93.184.216.34", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450:4001::200e", "2001:4860::8888",
            // The neighbours of what is refused.
            "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
            "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0",
            "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
            "2000::", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2001:ffff::", "2003::", "3ffe::", "3fff:1000::",
        ])
    func allowed(address: String) {
        #expect(policy.isAllowed(address))
    }

    @Test(
        "every other address is refused",
        arguments: [
            "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255",
            "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.169.254", "169.254.255.255",
            "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.192", "192.0.0.255", "192.0.2.1", "192.88.99.1",
            "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1",
            "239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255",
            "::", "::1", "::7f00:1", "::10.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe",
            "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "64:ff9b:1:ffff::", "100::1", "100:0:0:1::1",
            "2001::", "2001:0:7f00:1::1", "2001:0:ffff::", "2001:1::1", "2001:2::1", "2001:10::1", "2001:1f:ffff::",
            "2001:20::1", "2001:2f:ffff::", "2001:1ff:ffff::", "2001:db8::", "2001:db8:ffff::1", "2002::",
            "2002:7f00:1::1", "2002:ffff::", "3fff::", "3fff:fff:ffff::", "5f00::", "5f00:ffff::", "fc00::", "fd00:ec2::254",
            "fdff:ffff::", "fe80::1", "febf::1", "fec0::1", "feff::1", "ff00::", "ff02::1", "ffff::",
            // Of nobody so far.
            "::1:0:0:1", "1::1", "200::1", "1fff::", "4000::", "8000::1", "e000::1",
        ])
    func refused(address: String) {
        #expect(!policy.isAllowed(address))
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", " ", "localhost", "example.com", "2130706433", "0x7f.1", "127.1", "1.1.1", "1.1.1.1.", "01.1.1.1", "1.1.1.1/32",
            " 1.1.1.1", "1.1.1.1\0", "[2606:4700::1111]", "2606:4700::1111%eth0", "2606:4700:::1111", "::ffff:256.0.0.1",
        ])
    func noAddress(text: String) {
        #expect(!policy.isAllowed(text))
        #expect(!AddressPolicy(opened: [try! AddressRange(validating: "0.0.0.0/0")]).isAllowed(text))
    }

    @Test("four ports are allowed, and those that the installation opens, at allowed addresses only")
    func ports() {
        for port in [80, 443, 8080, 8443] {
            #expect(policy.isAllowed("1.1.1.1", port: port) && !policy.isAllowed("10.0.0.1", port: port))
        }
        for port in [0, 1, 22, 25, 79, 81, 3306, 6379, 8000, 9443, 65535] { #expect(!policy.isAllowed("1.1.1.1", port: port)) }
        let more = AddressPolicy(opened: [], ports: AddressPolicy.usualPorts.union([9443]))
        #expect(more.isAllowed("1.1.1.1", port: 9443) && more.isAllowed(port: 80) && !more.isAllowed(port: 9444))
        let any = AddressPolicy(opened: [], ports: nil)
        #expect(any.isAllowed("1.1.1.1", port: 22) && !any.isAllowed("127.0.0.1", port: 22))
    }

    @Test("what the installation opens is allowed, and nothing beside it")
    func opened() throws {
        let policy = AddressPolicy(opened: [
            try AddressRange(validating: "10.20.0.0/16"), try AddressRange(validating: "fd12:3456::/32"),
        ])
        for address in ["10.20.0.1", "::ffff:10.20.255.255", "fd12:3456::1", "8.8.8.8"] {
            #expect(policy.isAllowed(address), "\(address)")
        }
        for address in ["10.21.0.1", "10.19.255.255", "127.0.0.1", "fd12:3457::1", "::1", "::10.20.0.1", "64:ff9b::10.20.0.1"] {
            #expect(!policy.isAllowed(address), "\(address)")
        }
    }
}
