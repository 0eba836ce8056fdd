-- Who is signed in. The cookie's value is stored nowhere, only its SHA-256. A session whose value was changed is found under the
-- one before for some seconds more: requests that one page sends together.
CREATE TABLE IF NOT EXISTS sessions (
  id BINARY(16) NOT NULL,
  user_id BINARY(16) NOT NULL,
  digest BINARY(32) NOT NULL,
  previous_digest BINARY(32) NULL,
  rotated_at DATETIME(3) NULL,
  method ENUM('password', 'passkey', 'link') NOT NULL,
  kept BOOLEAN NOT NULL COMMENT 'beyond the end of the browser',
  browser VARCHAR(40) NOT NULL,
  system VARCHAR(40) NOT NULL,
  address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'coarse: a /24 or a /48',
  country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'empty where unknown',
  stepped_up_at DATETIME(3) NULL COMMENT 'when the user last showed who they are',
  seen_at DATETIME(3) NOT NULL,
  ends_at DATETIME(3) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY digest (digest),
  UNIQUE KEY previous_digest (previous_digest),
  KEY user (user_id, seen_at),
  KEY ends_at (ends_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
