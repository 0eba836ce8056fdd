-- Bio pages. What is edited is `draft`; what visitors see is the published version, rendered into a file by every host.
-- A page's slug stands in `links` too, under the workspace of sixteen zero bytes and the page's id: so one unique key keeps
-- pages and links apart, and no request of a workspace meets it among its links.
CREATE TABLE IF NOT EXISTS bio_pages (
  workspace_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  domain_id BINARY(16) NOT NULL,
  host VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the domain, which never changes its host',
  slug VARCHAR(100) NOT NULL,
  draft MEDIUMTEXT NOT NULL COMMENT 'JSON',
  is_changed BOOLEAN NOT NULL COMMENT 'the draft is not what was published last',
  versions INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'how many have been published',
  published_version INT UNSIGNED NULL COMMENT 'NULL while visitors see none',
  published_at DATETIME(3) NULL,
  stamp BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'seconds since 1970, grows with what visitors see: the file''s time',
  due_at DATETIME(3) NULL COMMENT 'when the schedule of a block changes what visitors see',
  version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE KEY place (host, slug),
  KEY due (due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
