-- Events are dropped by age, a day's partition at a time.
ALTER TABLE events PARTITION BY RANGE COLUMNS (id) (PARTITION later VALUES LESS THAN (MAXVALUE));
