-- The outbox: what happened, written in the transaction of the change, in the bytes that every delivery will send.
CREATE TABLE IF NOT EXISTS events (
  workspace_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  type VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  body MEDIUMTEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
