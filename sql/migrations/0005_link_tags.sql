-- The tags of links, in the order in which the client gave them.
CREATE TABLE IF NOT EXISTS link_tags (
  workspace_id BINARY(16) NOT NULL,
  link_id BINARY(16) NOT NULL,
  position TINYINT UNSIGNED NOT NULL,
  tag VARCHAR(50) NOT NULL,
  PRIMARY KEY (workspace_id, link_id, position),
  UNIQUE KEY tag (workspace_id, tag, link_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
