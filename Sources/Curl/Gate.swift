import CCurl
import Glibc

/// Opens the sockets of a transfer, and none to an address that the rule refuses.
///
/// What is judged is the very address that libcurl passes to connect(2) next. So it does not matter how the URL spells it,
/// nor what the host's name meant a moment ago.
struct Gate {
    private let isAllowed: (_ address: String) -> Bool
    private var isOpened = false
    private var isBlocked = false
    private var isOutOfSockets = false

    init(isAllowed: @escaping (_ address: String) -> Bool) {
        self.isAllowed = isAllowed
    }

    /// Why no connection came about, if it is the doing of this side.
    var failure: Failure? {
        if isOpened { return nil }
        if isOutOfSockets { return .local }
        return isBlocked ? .blockedAddress : nil
    }

    /// > "The callback gets the resolved peer address as the address argument and is allowed to modify the address or refuse
    /// > to connect completely. The callback function should return the newly created socket or CURL_SOCKET_BAD."
    /// > https://curl.se/libcurl/c/CURLOPT_OPENSOCKETFUNCTION.html
    ///
    /// After CURL_SOCKET_BAD libcurl goes on to the host's next address.
    mutating func open(_ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        guard let text = Self.text(address), isAllowed(text) else {
            isBlocked = true
            return CURL_SOCKET_BAD
        }
        let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.pointee.family, kind, address.pointee.protocol)
        guard descriptor >= 0 else {
            isOutOfSockets = errno != EAFNOSUPPORT  // a host without IPv6
            return CURL_SOCKET_BAD
        }
        isOpened = true
        return descriptor
    }

    /// The address as inet_ntop(3) writes it; nil when it is neither IPv4 nor IPv6.
    private static func text(_ address: UnsafePointer<curl_sockaddr>) -> String? {
        let family = address.pointee.family
        guard let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr), let place = place(in: family),
            place.upperBound <= address.pointee.addrlen
        else { return nil }
        // `addr` is declared as a sockaddr; it is as long as `addrlen` says, which is longer for IPv6.
        let bytes = UnsafeRawPointer(address) + start + place.lowerBound
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            inet_ntop(family, bytes, buffer.baseAddress, socklen_t(buffer.count)).map { String(cString: $0) }
        }
    }

    /// Where a sockaddr has the address itself.
    private static func place(in family: Int32) -> Range<Int>? {
        switch family {
        case AF_INET: MemoryLayout<sockaddr_in>.offset(of: \.sin_addr).map { $0..<$0 + MemoryLayout<in_addr>.size }
        case AF_INET6: MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr).map { $0..<$0 + MemoryLayout<in6_addr>.size }
        default: nil
        }
    }
}
