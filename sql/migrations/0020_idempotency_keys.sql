-- The answers of POST requests that carried an Idempotency-Key, each written in the transaction of its change: there is no
-- change without its answer and no answer without its change. The unique key is also the lock that makes copies of a
-- request wait for the first. Kept for a day.
CREATE TABLE IF NOT EXISTS idempotency_keys (
  workspace_id BINARY(16) NOT NULL,
  digest BINARY(32) NOT NULL COMMENT 'SHA-256 of the Idempotency-Key',
  fingerprint BINARY(32) NOT NULL COMMENT 'SHA-256 of method, target and body',
  status SMALLINT UNSIGNED NOT NULL,
  location VARCHAR(255) NULL,
  entity_tag VARCHAR(64) NULL,
  body MEDIUMBLOB NOT NULL,
  sealed BOOLEAN NOT NULL COMMENT 'the body has a secret in it and is encrypted with the caller\'s API key',
  created_at DATETIME(3) NOT NULL,
  UNIQUE KEY idempotency_key (workspace_id, digest),
  KEY created_at (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
