import LinkStore
import Model
import Store

/// What is done to images.
package struct ImageWork {
    let assignment: Assignment

    package init(_ assignment: Assignment) { self.assignment = assignment }

    /// - Parameter picture: whether the workspace may have one more is asked before it is made.
    package func create(_ picture: Picture) -> Change<Image> {
        let image = Image(
            id: .new(), workspace: assignment.workspace.id, type: picture.type, width: picture.width, height: picture.height,
            createdAt: assignment.now)
        return Change(assignment) { connection in
            try Images.insert(image, bytes: picture.bytes, on: connection)
            try assignment.record(.imageCreated, image.id.description, after: image.json(assignment.site), on: connection)
            return .init(image)
        }
    }

    package func delete(_ image: Image) -> Change<Void> {
        Change(assignment) { connection in
            let (id, workspace) = (image.id, image.workspace)
            guard try !Workspaces.showsAsLogo(id, in: workspace, on: connection) else { throw Refusal.imageIsLogo }
            guard try !BioPages.isShown(id, in: workspace, on: connection) else { throw Refusal.imageIsShown }
            guard try Images.delete(id, in: workspace, on: connection) else { throw ChangedMeanwhile() }
            try assignment.record(.imageDeleted, id.description, before: image.json(assignment.site), on: connection)
            return .init((), followedBy: [.image(image)])
        }
    }
}
