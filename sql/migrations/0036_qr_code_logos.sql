-- Logos in the middle of QR codes, apart from them so that a list of codes does not read pictures. Always a PNG of our own
-- making, whatever was uploaded.
CREATE TABLE IF NOT EXISTS qr_code_logos (
  workspace_id BINARY(16) NOT NULL,
  qr_code_id BINARY(16) NOT NULL,
  link_id BINARY(16) NOT NULL,
  png MEDIUMBLOB NOT NULL,
  PRIMARY KEY (workspace_id, qr_code_id),
  KEY link (workspace_id, link_id)
) ENGINE=InnoDB;
