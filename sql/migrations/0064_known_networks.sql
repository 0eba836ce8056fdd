-- Where users have signed in, beyond the life of their sessions: from there they get in however often strangers try elsewhere.
CREATE TABLE IF NOT EXISTS known_networks (
  user_id BINARY(16) NOT NULL,
  network VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'a /24 or a /48',
  seen_at DATETIME(3) NOT NULL,
  PRIMARY KEY (user_id, network),
  KEY seen_at (seen_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
