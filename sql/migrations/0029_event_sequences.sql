-- The last sequence that was given in a workspace; moved by the sender alone.
CREATE TABLE IF NOT EXISTS event_sequences (
  workspace_id BINARY(16) NOT NULL PRIMARY KEY,
  last BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
