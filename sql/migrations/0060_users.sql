-- People who sign in. A user may be a member of several workspaces; keys and the audit log know them as members.
CREATE TABLE IF NOT EXISTS users (
  id BINARY(16) NOT NULL,
  email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'lower case',
  name VARCHAR(255) NOT NULL,
  password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'scrypt, with its cost; NULL: none is set',
  handle BINARY(32) NOT NULL COMMENT 'random: how passkeys know the user',
  time_zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'NULL: the one of the browser',
  scheme ENUM('system', 'light', 'dark') NOT NULL DEFAULT 'system',
  density ENUM('comfortable', 'compact') NOT NULL DEFAULT 'comfortable',
  shortcuts BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'single letters of the dashboard do something',
  totp_secret VARBINARY(100) NULL COMMENT 'sealed with the secret key',
  totp_confirmed BOOLEAN NOT NULL DEFAULT FALSE,
  totp_step BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'of the last code that was taken',
  disabled_at DATETIME(3) NULL,
  version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY email (email),
  UNIQUE KEY handle (handle)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

ALTER TABLE members
  ADD COLUMN IF NOT EXISTS user_id BINARY(16) NULL COMMENT 'who signs in as this member; NULL: nobody yet' AFTER id,
  ADD INDEX IF NOT EXISTS user (user_id);

-- What is used up once: ten of them, each good for one sign-in when the authenticator app is lost.
CREATE TABLE IF NOT EXISTS recovery_codes (
  user_id BINARY(16) NOT NULL,
  digest BINARY(32) NOT NULL,
  PRIMARY KEY (user_id, digest)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
