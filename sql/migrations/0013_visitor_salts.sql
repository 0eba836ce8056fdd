-- The salt of each day's visitor hashes. Destroyed after two days: then no hash can be led back to an address.
CREATE TABLE IF NOT EXISTS visitor_salts (
  day DATE NOT NULL PRIMARY KEY,
  salt BINARY(32) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
