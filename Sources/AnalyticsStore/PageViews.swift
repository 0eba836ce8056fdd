import Model

/// The table `page_views`: every view of a page, once.
public enum PageViews {
    package static let table = JournalTable<Click>(name: "page_views", columns: "page_id, visitor") { view, rows in
        rows.append(view.link)
        rows.append(view.visitor)
    }
}

extension Click: Journaled {}
