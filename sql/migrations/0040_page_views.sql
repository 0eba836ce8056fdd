-- Every view of a page, once: what makes loading the journal exact. They are counted in click_rollups and link_totals under
-- the page's id, apart from the clicks of the workspace.
CREATE TABLE IF NOT EXISTS page_views (
  workspace_id BINARY(16) NOT NULL,
  at DATETIME(3) NOT NULL,
  id BINARY(16) NOT NULL COMMENT 'the request id of nginx',
  page_id BINARY(16) NOT NULL,
  visitor BINARY(8) NOT NULL COMMENT 'keyed hash with a salt of the day; no address is stored',
  PRIMARY KEY (workspace_id, at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (at) (PARTITION later VALUES LESS THAN (MAXVALUE));
