import Model

/// The table `page_views`: every view of a page, once. A view is a click whose `link` is the id of the page.
public enum PageViews {
    package static let table = JournalTable<Click>(name: "page_views", columns: "page_id, visitor") { view, rows in
        rows.append(view.link)
        rows.append(view.visitor)
    }
}
