-- A host may wait in several workspaces for its owner to prove whose it is, and belongs to one: that one's row has it in
-- `verified_host` too, which is unique. What was there before this migration belongs to whom the sysadmin gave it.
ALTER TABLE domains
  ADD COLUMN IF NOT EXISTS status ENUM('pending', 'verified') NOT NULL DEFAULT 'verified' AFTER host,
  ADD COLUMN IF NOT EXISTS verified_host VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin
    AS (IF(status = 'verified', host, NULL)) PERSISTENT,
  ADD COLUMN IF NOT EXISTS token CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL
    COMMENT 'of the TXT record; NULL where the sysadmin vouches',
  ADD COLUMN IF NOT EXISTS root_url VARCHAR(8192) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN IF NOT EXISTS root_page_id BINARY(16) NULL COMMENT 'a bio page on this host',
  ADD COLUMN IF NOT EXISTS not_found_url VARCHAR(8192) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN IF NOT EXISTS expired_url VARCHAR(8192) CHARACTER SET ascii COLLATE ascii_bin NULL
    COMMENT 'for links without one of their own',
  ADD COLUMN IF NOT EXISTS ownership ENUM('unchecked', 'found', 'missing', 'wrong', 'unknown')
    NOT NULL DEFAULT 'unchecked' COMMENT 'of the TXT record',
  ADD COLUMN IF NOT EXISTS address ENUM('unchecked', 'found', 'missing', 'wrong', 'unknown')
    NOT NULL DEFAULT 'unchecked' COMMENT 'of the CNAME, A or AAAA record',
  ADD COLUMN IF NOT EXISTS check_error VARCHAR(1000) NULL,
  ADD COLUMN IF NOT EXISTS checked_at DATETIME(3) NULL,
  ADD COLUMN IF NOT EXISTS verified_at DATETIME(3) NULL,
  ADD COLUMN IF NOT EXISTS version INT UNSIGNED NOT NULL DEFAULT 1,
  ADD COLUMN IF NOT EXISTS updated_at DATETIME(3) NULL COMMENT 'NULL while nothing has changed',
  DROP KEY IF EXISTS host,
  ADD UNIQUE KEY IF NOT EXISTS verified_host (verified_host),
  ADD UNIQUE KEY IF NOT EXISTS workspace_host (workspace_id, host);
