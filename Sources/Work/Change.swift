import MariaDB
import Model
import Store

/// A change that has been decided upon and is not made yet: what it writes, what follows it, and what it comes to. A use case
/// gives one, and whoever asked for it makes it: `maskctl` as it is, the API with the answer that an Idempotency-Key remembers
/// in the same transaction.
///
///     let change = try LinkWork(assignment).create(draft)
///     let link = try change.make().value
package struct Change<Value> {
    /// What a change comes to.
    package struct Outcome {
        package let value: Value
        let effects: [Effect]
        /// Whether something is another than before.
        package let isChange: Bool

        init(_ value: Value, followedBy effects: [Effect] = [], isChange: Bool = true) {
            self.value = value
            self.effects = effects
            self.isChange = isChange
        }
    }

    private enum Writing {
        case nothing(Outcome)
        /// One round trip: what it comes to is known before.
        case statements([SQL], Outcome)
        /// What it comes to is known only when it is made.
        case transaction((Connection) throws -> Outcome)
    }

    private let office: Office
    /// Whose it is; nil of what is no workspace's.
    private let workspace: WorkspaceID?
    /// Whether the sender is told, beside what follows.
    private let wakesSender: Bool
    private let writing: Writing
    /// What is made in its place where it is refused; throws where nothing is.
    private var otherwise: ((any Error) throws -> Change)?
    /// Asks the database whether it was made, where the connection was lost before it could say so.
    private var isMade: ((Connection) throws -> Bool)?

    private init(_ office: Office, of workspace: WorkspaceID?, wakesSender: Bool, _ writing: Writing) {
        (self.office, self.workspace) = (office, workspace)
        self.wakesSender = wakesSender
        self.writing = writing
    }

    init(_ assignment: Assignment, _ body: @escaping (Connection) throws -> Outcome) {
        self.init(assignment.office, of: assignment.workspace.id, wakesSender: assignment.hasWebhooks, .transaction(body))
    }

    init(_ assignment: Assignment, _ statements: [SQL], _ outcome: Outcome) {
        self.init(assignment.office, of: assignment.workspace.id, wakesSender: assignment.hasWebhooks, .statements(statements, outcome))
    }

    /// Of what is no workspace's.
    init(_ office: Office, _ body: @escaping (Connection) throws -> Outcome) {
        self.init(office, of: nil, wakesSender: false, .transaction(body))
    }

    /// Where everything is as it is wanted.
    /// - Parameter time: of the last change; nil where that is not known. The same request sent before may have made it, and
    ///   neither it nor its connection lived to tell: so it is told again for as long as copies of what was before may live.
    static func nothing(_ assignment: Assignment, _ value: Value, since time: Timestamp?, _ effects: [Effect] = []) -> Change {
        let isTold = time.map { !assignment.mayBeUntold($0) } ?? false
        let outcome = Outcome(value, followedBy: isTold ? [] : effects, isChange: false)
        return Change(assignment.office, of: assignment.workspace.id, wakesSender: assignment.hasWebhooks, .nothing(outcome))
    }

    /// - Parameter otherwise: is given why the database refuses, and gives what is made instead, or throws.
    func otherwise(_ otherwise: @escaping (any Error) throws -> Change) -> Change {
        var change = self
        change.otherwise = otherwise
        return change
    }

    func confirmed(_ isMade: @escaping (Connection) throws -> Bool) -> Change {
        var change = self
        change.isMade = isMade
        return change
    }

    /// The same change, coming to something made of its value.
    package func map<Other>(_ transform: @escaping (Value) throws -> Other) throws -> Change<Other> {
        func mapped(_ outcome: Outcome) throws -> Change<Other>.Outcome {
            .init(try transform(outcome.value), followedBy: outcome.effects, isChange: outcome.isChange)
        }
        let writing: Change<Other>.Writing = switch writing {
        case .nothing(let outcome): .nothing(try mapped(outcome))
        case .statements(let statements, let outcome): .statements(statements, try mapped(outcome))
        case .transaction(let body): .transaction { try mapped(body($0)) }
        }
        var other = Change<Other>(office, of: workspace, wakesSender: wakesSender, writing)
        other.otherwise = otherwise.map { otherwise in { try otherwise($0).map(transform) } }
        other.isMade = isMade
        return other
    }
}

// MARK: - Making it

extension Change {
    /// Makes the change in one transaction, and carries out what follows it: once it is committed, or where it may have been,
    /// because the connection was lost.
    /// - Parameter receipt: is stored in the same transaction.
    @discardableResult
    package func make(with receipt: Receipt<Value>? = nil) throws -> Outcome {
        var change = self
        while true {
            do {
                return try change.makeOnce(receipt)
            } catch {
                guard let otherwise = change.otherwise else { throw error }
                change = try otherwise(error)
            }
        }
    }

    private func makeOnce(_ receipt: Receipt<Value>?) throws -> Outcome {
        if case .nothing(let outcome) = writing, receipt == nil {
            office.effects.carryOut(outcome.effects)
            return outcome
        }
        do {
            return try commitMakingRoom(receipt)
        } catch let error as MariaDBError where error.isConnectionLost {
            // Committed or not? Only the database knows; where it cannot be asked the client has to.
            guard let isMade, case .statements(_, let outcome) = writing, try office.store.read(isMade) else { throw error }
            return outcome
        }
    }

    private func commitMakingRoom(_ receipt: Receipt<Value>?) throws -> Outcome {
        do {
            return try commit(receipt)
        } catch let error as MariaDBError where error.isIdempotencyKeyTaken {
            guard let receipt, try receipt.makeRoom(in: office.store) else { throw error }
            return try commit(receipt)
        }
    }

    private func commit(_ receipt: Receipt<Value>?) throws -> Outcome {
        switch writing {
        case .statements(let statements, let outcome):
            let claim = try receipt.map { [IdempotencyKeys.insertion(of: try $0.answer(outcome.value, outcome.effects))] } ?? []
            try office.commits.make(claim + statements, of: workspace, refusal: { Self.refusal($0, receipt) }) { follow(outcome.effects) }
            return outcome
        case .nothing(let outcome):
            return try lent(receipt, outcome.effects) { connection, _ in
                try transact(receipt, on: connection) { _ in outcome }
            }
        case .transaction(let body):
            return try lent(receipt, []) { connection, effects in
                try transact(receipt, on: connection) { connection in
                    let outcome = try body(connection)
                    effects = outcome.effects
                    return outcome
                }
            }
        }
    }

    private func transact(
        _ receipt: Receipt<Value>?, on connection: Connection, _ body: (Connection) throws -> Outcome
    ) throws -> Outcome {
        try connection.transaction { connection in
            if let receipt { try connection.execute(IdempotencyKeys.insertion(of: receipt.place)) }
            let outcome = try body(connection)
            if let receipt { try IdempotencyKeys.complete(try receipt.answer(outcome.value, outcome.effects), on: connection) }
            return outcome
        }
    }

    /// Lends a connection, and carries out what follows.
    /// - Parameters:
    ///   - effects: as far as they are known before.
    ///   - body: notes them, once they are known.
    private func lent(
        _ receipt: Receipt<Value>?, _ effects: [Effect], _ body: (Connection, inout [Effect]) throws -> Outcome
    ) throws -> Outcome {
        var effects = effects
        return try office.store.write({ connection in
            do { return try body(connection, &effects) } catch let error as MariaDBError { throw Self.refusal(error, receipt) ?? error }
        }, then: { follow(effects) })
    }

    /// A copy of the request has not ended by the time that one may wait for it.
    private static func refusal(_ error: MariaDBError, _ receipt: Receipt<Value>?) -> Refusal? {
        error.code == .lockWaitTimeout && receipt != nil ? .requestNotEnded : nil
    }

    private func follow(_ effects: [Effect]) { office.effects.carryOut(effects + (wakesSender ? [.sender] : [])) }
}
