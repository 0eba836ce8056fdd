-- Passkeys (WebAuthn credentials): what verifies their signatures.
CREATE TABLE IF NOT EXISTS passkeys (
  id BINARY(16) NOT NULL,
  user_id BINARY(16) NOT NULL,
  credential_digest BINARY(32) NOT NULL COMMENT 'SHA-256 of credential_id, which may be too long for a key',
  credential_id VARBINARY(1023) NOT NULL,
  public_key VARBINARY(1024) NOT NULL COMMENT 'SubjectPublicKeyInfo, DER',
  algorithm SMALLINT NOT NULL COMMENT 'COSE',
  counter INT UNSIGNED NOT NULL,
  backup_eligible BOOLEAN NOT NULL,
  backed_up BOOLEAN NOT NULL,
  transports VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'divided by spaces',
  host VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'for which it was made',
  name VARCHAR(100) NOT NULL,
  last_used_at DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY credential (credential_digest),
  KEY user (user_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- What an authenticator has to sign: each once, for five minutes.
CREATE TABLE IF NOT EXISTS challenges (
  digest BINARY(32) NOT NULL COMMENT 'SHA-256 of the challenge',
  user_id BINARY(16) NULL COMMENT 'whose passkey is made; NULL at sign-in',
  session_id BINARY(16) NULL,
  ends_at DATETIME(3) NOT NULL,
  PRIMARY KEY (digest),
  KEY ends_at (ends_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
