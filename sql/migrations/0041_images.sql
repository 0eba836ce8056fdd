-- Uploaded images, decoded and encoded anew: nothing of the bytes that a client sent is kept. An image never changes.
CREATE TABLE IF NOT EXISTS images (
  workspace_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  type ENUM('png', 'jpeg') NOT NULL,
  width SMALLINT UNSIGNED NOT NULL,
  height SMALLINT UNSIGNED NOT NULL,
  bytes MEDIUMBLOB NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE KEY id (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
