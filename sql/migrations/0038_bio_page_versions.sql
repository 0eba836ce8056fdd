-- Every published state of a page, as it was. The links of its blocks are named by their ids: their addresses are looked up
-- when the page is rendered.
CREATE TABLE IF NOT EXISTS bio_page_versions (
  workspace_id BINARY(16) NOT NULL,
  page_id BINARY(16) NOT NULL,
  number INT UNSIGNED NOT NULL COMMENT 'from 1',
  content MEDIUMTEXT NOT NULL COMMENT 'JSON',
  author VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'an API key',
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, page_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
