-- The short links that a page has shown. For a URL of its blocks it makes one, so that clicks on it are counted; the same
-- URL keeps its link over all versions.
CREATE TABLE IF NOT EXISTS bio_page_links (
  workspace_id BINARY(16) NOT NULL,
  page_id BINARY(16) NOT NULL,
  digest BINARY(32) NOT NULL COMMENT 'SHA-256 of the URL, or of the id of a link that was there before',
  link_id BINARY(16) NOT NULL,
  is_made BOOLEAN NOT NULL COMMENT 'by the page, and deleted with it',
  PRIMARY KEY (workspace_id, page_id, digest),
  KEY link (workspace_id, link_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
