import Model
import Testing

@Suite struct AddressRangeTests {
    @Test("limits count an IPv4 address, and the /64 of an IPv6 address however it is written", arguments: [
        ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"), ("::ffff:cb00:7107", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::/64"), ("2001:DB8:0:0:ffff::", "2001:db8::/64"), ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4::/64"), ("::1", "::/64"), ("unix:", "unknown"), ("", "unknown"), ("1.2.3", "unknown"),
    ])
    func limitKeys(address: String, key: String) {
        #expect(AddressRange.limitKey(address) == key)
    }

    @Test(
        "a range is put into its one spelling",
        arguments: [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("203.0.113.0/24", "203.0.113.0/24"),
            ("128.0.0.0/1", "128.0.0.0/1"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("2001:DB8:0:0::/64", "2001:db8::/64"),
            ("2001:0db8::0001", "2001:db8::1"),
            ("2001:db8::1/128", "2001:db8::1"),
            ("::/0", "::/0"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::FFFF:cb00:7107", "203.0.113.7"),
            ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
            ("::ffff:0.0.0.0/96", "0.0.0.0/0"),
        ])
    func accepted(text: String, description: String) throws {
        #expect(try AddressRange(validating: text).description == description)
        #expect(try AddressRange(validating: text) == AddressRange(validating: description))
    }

    @Test(
        "what is no range is refused, with its reason",
        arguments: [
            ("", .empty),
            ("/24", .address),
            ("example.com", .address),
            ("203.0.113", .address),
            ("203.0.113.256", .address),
            ("203.0.113.07", .address),
            ("0xCB.0.113.7", .address),
            ("203.0.113.7.", .address),
            (" 203.0.113.7", .address),
            ("203.0.113.7 ", .address),
            ("203.0.113.7\n", .address),
            ("203.0.113.7\u{0}", .address),
            ("２03.0.113.7", .address),
            ("fe80::1%eth0", .address),
            ("[2001:db8::1]", .address),
            ("2001:db8:::1", .address),
            ("2001:db8::12345", .address),
            ("::ffff:203.0.113.07", .address),
            ("203.0.113.0 /24", .address),
            ("203.0.113.0/", .prefix(atMost: 32)),
            ("203.0.113.0/33", .prefix(atMost: 32)),
            ("203.0.113.0/024", .prefix(atMost: 32)),
            ("203.0.113.0/00", .prefix(atMost: 32)),
            ("203.0.113.0/-1", .prefix(atMost: 32)),
            ("203.0.113.0/+24", .prefix(atMost: 32)),
            ("203.0.113.0/ 24", .prefix(atMost: 32)),
            ("203.0.113.0/24/24", .prefix(atMost: 32)),
            ("203.0.113.0/255.255.255.0", .prefix(atMost: 32)),
            ("203.0.113.0/99999999999999999999", .prefix(atMost: 32)),
            ("2001:db8::/129", .prefix(atMost: 128)),
            ("203.0.113.7/24", .hostBits(corrected: "203.0.113.0/24")),
            ("203.0.113.7/0", .hostBits(corrected: "0.0.0.0/0")),
            ("2001:db8::1/32", .hostBits(corrected: "2001:db8::/32")),
            ("::ffff:203.0.113.7/120", .hostBits(corrected: "203.0.113.0/24")),
            ("::ffff:0.0.0.0/95", .hostBits(corrected: "::fffe:0:0/95")),
        ] as [(String, AddressRangeError)])
    func refused(text: String, error: AddressRangeError) {
        #expect(throws: error) { try AddressRange(validating: text) }
        #expect(error.code == "invalid_address_range")
        #expect(error.message.hasSuffix("."))
    }

    @Test("the message for bits behind the prefix says what to write")
    func corrected() {
        let error = #expect(throws: AddressRangeError.self) { try AddressRange(validating: "203.0.113.7/24") }
        #expect(
            error?.message
                == "The address has bits set behind the prefix; write 203.0.113.0/24, or the address without a prefix.")
    }

    @Test(
        "a range has the addresses that share its prefix",
        arguments: [
            ("203.0.113.0/24", "203.0.113.0", true),
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.112.255", false),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.0/24", "::ffff:203.0.113.9", true),
            ("203.0.113.128/25", "203.0.113.127", false),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.6", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true),
            ("2001:db8::/32", "2001:DB8::1", true),
            ("2001:db8::/32", "2001:db9::", false),
            ("2001:db8::/33", "2001:db8:8000::", false),
            ("2001:db8::1", "2001:db8::1", true),
            ("::/0", "2001:db8::1", true),
            ("::/0", "203.0.113.7", false),
            ("::/0", "::ffff:203.0.113.7", false),
            ("::ffff:203.0.113.0/120", "203.0.113.7", true),
            ("::/0", "unix:", false),
            ("0.0.0.0/0", "", false),
            ("0.0.0.0/0", "203.0.113.7:443", false),
            ("0.0.0.0/0", "203.0.113.0/24", false),
        ])
    func contains(range: String, address: String, isInside: Bool) throws {
        #expect(try AddressRange(validating: range).contains(address) == isInside)
    }

    @Test(
        "coarse leaves the neighbourhood of an address",
        arguments: [
            ("203.0.113.7", "203.0.113.0/24"),
            ("::ffff:203.0.113.7", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
            ("::1", "::/48"),
            ("", ""),
            ("unix:", ""),
            ("203.0.113.0/24", ""),
        ])
    func coarse(address: String, range: String) throws {
        #expect(AddressRange.coarse(address) == range)
        if !range.isEmpty { #expect(try AddressRange(validating: range).contains(address)) }
    }
}
