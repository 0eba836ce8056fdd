-- Clicks of a link in all its life, kept by the journal's loader. A link without clicks has no row.
CREATE TABLE IF NOT EXISTS link_totals (
  workspace_id BINARY(16) NOT NULL,
  link_id BINARY(16) NOT NULL,
  clicks BIGINT UNSIGNED NOT NULL,
  last_clicked_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, link_id),
  KEY clicks (workspace_id, clicks, link_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
