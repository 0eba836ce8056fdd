-- Which links have a tag: the index of links.tags, written in the same transaction.
CREATE TABLE IF NOT EXISTS link_tags (
  workspace_id BINARY(16) NOT NULL,
  link_id BINARY(16) NOT NULL,
  tag VARCHAR(50) NOT NULL,
  PRIMARY KEY (workspace_id, link_id, tag),
  UNIQUE KEY tag (workspace_id, tag, link_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
