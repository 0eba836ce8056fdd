-- Hosts that serve short links. A host belongs to one workspace; the installation's own link host (workspace NULL) to all.
CREATE TABLE IF NOT EXISTS domains (
  id BINARY(16) NOT NULL PRIMARY KEY,
  workspace_id BINARY(16) NULL,
  host VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  UNIQUE KEY host (host),
  KEY workspace (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
