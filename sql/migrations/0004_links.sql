-- Short links. Binary collations throughout: `Abc` and `abc` are two slugs. No click counter here: a row that every
-- visitor writes would serialise them (see link_totals).
CREATE TABLE IF NOT EXISTS links (
  workspace_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  domain_id BINARY(16) NOT NULL,
  slug VARCHAR(100) NOT NULL,
  url VARCHAR(8192) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title VARCHAR(255) NULL,
  utm_source VARCHAR(255) NULL,
  utm_medium VARCHAR(255) NULL,
  utm_campaign VARCHAR(255) NULL,
  utm_term VARCHAR(255) NULL,
  utm_content VARCHAR(255) NULL,
  starts_at DATETIME(3) NULL,
  expires_at DATETIME(3) NULL,
  expired_url TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
  max_clicks INT UNSIGNED NULL,
  password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
  redirect_status SMALLINT UNSIGNED NOT NULL DEFAULT 302,
  disabled BOOLEAN NOT NULL DEFAULT FALSE,
  external_id VARCHAR(255) NULL,
  version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE KEY domain_slug (domain_id, slug),
  UNIQUE KEY external_id (workspace_id, external_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
