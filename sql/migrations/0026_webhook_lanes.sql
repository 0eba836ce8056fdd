-- What each endpoint has to do next, and how it is doing; written by the sender alone. Clicks have a lane of their own, so
-- that a viral link never delays the rest. An endpoint without work has no due_at, so that looking for work looks at
-- endpoints that have some, however many deliveries wait for dead ones.
CREATE TABLE IF NOT EXISTS webhook_lanes (
  workspace_id BINARY(16) NOT NULL,
  webhook_id BINARY(16) NOT NULL,
  lane TINYINT UNSIGNED NOT NULL COMMENT '0 changes, 1 clicks',
  due_at DATETIME(3) NULL,
  not_before DATETIME(3) NULL COMMENT 'the next probe of an endpoint that keeps failing; no due_at is earlier',
  waiting INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'deliveries that are not finished',
  dropped BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'clicks beyond the backlog',
  failures INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'since the last success',
  failing_since DATETIME(3) NULL,
  last_success_at DATETIME(3) NULL,
  PRIMARY KEY (workspace_id, webhook_id, lane),
  KEY due (lane, due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
