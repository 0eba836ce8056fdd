/// `state` of what is listed either as it is or as it was deleted.
package enum Existence: String, CaseIterable {
    case existing
    case deleted
}
