-- Workspaces that `maskctl workspace delete` has deleted: nothing of them is answered any more, and their rows go piece by piece.
-- The row stays for a month, for the journals of hosts that were away meanwhile: `maskctl maintain` deletes what they bring.
CREATE TABLE IF NOT EXISTS deleted_workspaces (
  workspace_id BINARY(16) NOT NULL PRIMARY KEY,
  slug VARCHAR(63) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  actor VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'who has deleted it',
  deleted_at DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
