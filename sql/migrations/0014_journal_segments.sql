-- How far each journal segment has been loaded. Written in the transaction that loads it: this makes loading exactly once.
CREATE TABLE IF NOT EXISTS journal_segments (
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  loaded_bytes BIGINT UNSIGNED NOT NULL,
  clicks BIGINT UNSIGNED NOT NULL,
  requests BIGINT UNSIGNED NOT NULL,
  updated_at DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
