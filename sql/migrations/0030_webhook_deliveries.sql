-- One event on its way to one endpoint. due_at is when to try next; while an attempt runs it is the end of its lease, so
-- that a sender that dies gives its deliveries back by itself. A finished one has none, and so is not in `due`.
CREATE TABLE IF NOT EXISTS webhook_deliveries (
  workspace_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  webhook_id BINARY(16) NOT NULL,
  lane TINYINT UNSIGNED NOT NULL,
  event_id BINARY(16) NOT NULL,
  event_type VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status ENUM('waiting', 'succeeded', 'failed', 'discarded') NOT NULL,
  trigger_kind ENUM('automatic', 'manual') NOT NULL,
  attempts SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  due_at DATETIME(3) NULL,
  claim BINARY(16) NULL COMMENT 'who has it; a result is written only where this still stands',
  created_at DATETIME(3) NOT NULL,
  finished_at DATETIME(3) NULL,
  PRIMARY KEY (workspace_id, id),
  KEY due (webhook_id, lane, due_at),
  KEY webhook (workspace_id, webhook_id, id),
  KEY event (webhook_id, event_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (id) (PARTITION later VALUES LESS THAN (MAXVALUE));
