extension Response {
    /// A client that went away before its answer was whole; nginx logs it under the same number.
    package static let clientGone = 499

    /// Tells with which status this ended: at once, or where it is made while it is sent, when that has come to an end.
    /// - Parameter failed: the status of an error within the stream.
    package func telling(
        _ status: @escaping @Sendable (Int) -> Void, failed: @escaping @Sendable (any Error) -> Int
    ) -> Response {
        guard let stream else {
            status(self.status)
            return self
        }
        let whole = self.status
        var response = self
        response.stream = { send in
            do {
                try stream(send)
                status(whole)
            } catch let error as ClientGone {
                status(Self.clientGone)
                throw error
            } catch {
                status(failed(error))
                throw error
            }
        }
        return response
    }
}
