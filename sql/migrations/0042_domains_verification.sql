-- A host may wait in several workspaces for its owner to prove whose it is, and belongs to one: that one's row has it in
-- `verified_host` too, which is unique. What was there before this migration belongs to whom the sysadmin gave it.
ALTER TABLE domains
  ADD COLUMN status ENUM('pending', 'verified') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'verified' AFTER host,
  ADD COLUMN verified_host VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin
    AS (IF(status = 'verified', host, NULL)) PERSISTENT,
  ADD COLUMN token CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of the TXT record; NULL where the sysadmin vouches',
  ADD COLUMN root_url VARCHAR(8192) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN root_page_id BINARY(16) NULL COMMENT 'a bio page on this host; visitors get root_url while it is not published',
  ADD COLUMN not_found_url VARCHAR(8192) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN expired_url VARCHAR(8192) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'for links without one of their own',
  ADD COLUMN ownership ENUM('unchecked', 'found', 'missing', 'wrong', 'unknown') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'unchecked' COMMENT 'of the TXT record',
  ADD COLUMN address ENUM('unchecked', 'found', 'missing', 'wrong', 'unknown') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'unchecked' COMMENT 'of the CNAME, A or AAAA record',
  ADD COLUMN check_error VARCHAR(500) NULL,
  ADD COLUMN checked_at DATETIME(3) NULL,
  ADD COLUMN verified_at DATETIME(3) NULL,
  ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,
  ADD COLUMN updated_at DATETIME(3) NULL COMMENT 'NULL while nothing has changed',
  DROP KEY host,
  ADD UNIQUE KEY verified_host (verified_host),
  ADD UNIQUE KEY workspace_host (workspace_id, host);
