-- Who has been on which link on which day: what makes a click the first of its visitor. Dropped after two days.
CREATE TABLE IF NOT EXISTS click_visitors (
  day DATE NOT NULL,
  link_id BINARY(16) NOT NULL,
  visitor BINARY(8) NOT NULL,
  PRIMARY KEY (day, link_id, visitor)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (day) (PARTITION later VALUES LESS THAN (MAXVALUE));
