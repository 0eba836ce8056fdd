-- What a search looks through: of each link its slug, its title and its destination as stored and as one reads it, folded
-- (Sources/Model/LinkText.swift). Narrow: a million links are looked through in a quarter of a second.
CREATE TABLE IF NOT EXISTS link_texts (
  workspace_id BINARY(16) NOT NULL,
  link_id BINARY(16) NOT NULL,
  text VARBINARY(700) NULL COMMENT 'UTF-8; NULL: it is longer, or has letters that are not folded, so links is looked into',
  PRIMARY KEY (workspace_id, link_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- Which three bytes stand side by side in the texts of a thousand links side by side: searches pass over those that cannot have
-- what is looked for. A block that may be wrong is not there.
CREATE TABLE IF NOT EXISTS link_text_blocks (
  workspace_id BINARY(16) NOT NULL,
  last_link BINARY(16) NOT NULL,
  after_link BINARY(16) NOT NULL COMMENT 'the last link before it',
  grams VARBINARY(8192) NOT NULL COMMENT 'a bit for each hash (Sources/Model/TextGrams.swift)',
  PRIMARY KEY (workspace_id, last_link)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- How far the links of before have got their texts; one row. Searches use the texts when they are complete.
CREATE TABLE IF NOT EXISTS link_text_passes (
  id TINYINT UNSIGNED NOT NULL DEFAULT 1,
  since DATETIME(3) NOT NULL COMMENT 'when there were texts: workers of the version before may write links without, for a day',
  begun_at DATETIME(3) NULL COMMENT 'the pass that goes on',
  last_workspace BINARY(16) NOT NULL COMMENT 'of the last link that the pass has been at',
  last_link BINARY(16) NOT NULL,
  complete BOOLEAN NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
INSERT IGNORE INTO link_text_passes (id, since, last_workspace, last_link, complete)
  SELECT 1, UTC_TIMESTAMP(3), REPEAT(CHAR(0), 16), REPEAT(CHAR(0), 16), NOT EXISTS (SELECT 1 FROM workspaces);
