-- Endpoints that are told of events. Secrets are encrypted with a key that is not in the database.
CREATE TABLE IF NOT EXISTS webhooks (
  workspace_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  url VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  description VARCHAR(255) NULL,
  events VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'types and patterns, divided by spaces',
  link_id BINARY(16) NULL COMMENT 'only events of this link',
  host VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'only events of links on this domain',
  tag VARCHAR(50) NULL COMMENT 'only events of links with this tag',
  secret VARBINARY(255) NOT NULL,
  previous_secret VARBINARY(255) NULL COMMENT 'signs as well until its end',
  previous_secret_ends_at DATETIME(3) NULL,
  enabled BOOLEAN NOT NULL,
  disabled_reason VARCHAR(255) NULL,
  disabled_at DATETIME(3) NULL,
  version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
