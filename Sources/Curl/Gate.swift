import CCurl
import Glibc

/// Opens the sockets of a transfer, and none to an address and port that the rule refuses.
///
/// What is judged are the very address and port that libcurl passes to connect(2) next. So it does not matter how the URL
/// spells them, nor what the host's name meant a moment ago.
struct Gate {
    private let isAllowed: (_ address: String, _ port: Int) -> Bool
    /// That of the last socket.
    private(set) var address = ""
    private var isOpened = false
    private var isBlocked = false
    private var isOutOfSockets = false

    init(isAllowed: @escaping (_ address: String, _ port: Int) -> Bool) {
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
        guard let (text, port) = Self.parts(of: address), isAllowed(text, port) else {
            isBlocked = true
            return CURL_SOCKET_BAD
        }
        let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.pointee.family, kind, address.pointee.protocol)
        guard descriptor >= 0 else {
            isOutOfSockets = errno != EAFNOSUPPORT  // a host without IPv6
            return CURL_SOCKET_BAD
        }
        (isOpened, self.address) = (true, text)
        return descriptor
    }

    /// The address as inet_ntop(3) writes it, and the port; nil when it is neither IPv4 nor IPv6.
    private static func parts(of address: UnsafePointer<curl_sockaddr>) -> (address: String, port: Int)? {
        let family = address.pointee.family
        guard let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr), let places = places(in: family),
            max(places.address.upperBound, places.port.upperBound) <= address.pointee.addrlen
        else { return nil }
        // `addr` is declared as a sockaddr; it is as long as `addrlen` says, which is longer for IPv6.
        let bytes = UnsafeRawPointer(address) + start
        let port = (bytes + places.port.lowerBound).loadUnaligned(as: in_port_t.self)
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            inet_ntop(family, bytes + places.address.lowerBound, buffer.baseAddress, socklen_t(buffer.count))
                .map { String(cString: $0) }
        }
        return text.map { ($0, Int(in_port_t(bigEndian: port))) }
    }

    /// Where a sockaddr has the address itself, and the port.
    private static func places(in family: Int32) -> (address: Range<Int>, port: Range<Int>)? {
        let places: (address: Range<Int>?, port: Range<Int>?)
        switch family {
        case AF_INET: places = (range(of: \sockaddr_in.sin_addr), range(of: \sockaddr_in.sin_port))
        case AF_INET6: places = (range(of: \sockaddr_in6.sin6_addr), range(of: \sockaddr_in6.sin6_port))
        default: return nil
        }
        guard let address = places.address, let port = places.port else { return nil }
        return (address, port)
    }

    private static func range<Root, Value>(of member: KeyPath<Root, Value>) -> Range<Int>? {
        MemoryLayout<Root>.offset(of: member).map { $0..<$0 + MemoryLayout<Value>.size }
    }
}
