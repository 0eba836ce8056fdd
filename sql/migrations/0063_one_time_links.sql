-- Links that let somebody in once: the first owner's, invitations, resets of a password. What stands behind # in them is stored
-- nowhere, only its SHA-256.
CREATE TABLE IF NOT EXISTS one_time_links (
  id BINARY(16) NOT NULL,
  digest BINARY(32) NOT NULL,
  purpose ENUM('welcome', 'invitation', 'reset') NOT NULL,
  email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id BINARY(16) NULL COMMENT 'whose password is reset',
  workspace_id BINARY(16) NULL COMMENT 'who is invited where; NULL: the user makes the workspace',
  role ENUM('owner', 'admin', 'member', 'viewer') NULL,
  inviter_id BINARY(16) NULL COMMENT 'a member; NULL for maskctl and keys of the sysadmin',
  ends_at DATETIME(3) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY digest (digest),
  KEY workspace (workspace_id, id),
  KEY email (email),
  KEY ends_at (ends_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
