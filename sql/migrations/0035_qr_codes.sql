-- QR codes of links, kept with their looks. They go with their link.
CREATE TABLE IF NOT EXISTS qr_codes (
  workspace_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  link_id BINARY(16) NOT NULL,
  name VARCHAR(255) NULL,
  size SMALLINT UNSIGNED NOT NULL COMMENT 'pixels on a side',
  margin TINYINT UNSIGNED NOT NULL COMMENT 'modules',
  error_correction ENUM('L', 'M', 'Q', 'H') NOT NULL,
  foreground CHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  background CHAR(7) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'NULL is transparent',
  rounded BOOLEAN NOT NULL,
  logo_digest BINARY(32) NULL COMMENT 'SHA-256 of the logo; NULL where there is none',
  version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, id),
  KEY link (workspace_id, link_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
