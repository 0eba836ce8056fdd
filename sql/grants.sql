-- The accounts of MASK in MariaDB, and what the administrator may do. Run it as root, once before the first
-- `maskctl migrate` and again after an upgrade; running it again changes nothing:
--
--   mariadb < grants.sql
--
-- Each program has an account of its own, so that what breaks into one has no more than that one's rights. What the worker's
-- and the sender's account may do is said table by table in roles.sql, which `maskctl migrate` applies: a table that a
-- migration makes is opened in the same run. Roles carry these rights, so that the accounts can be on any host.
--
-- unix_socket knows a program by the user that it runs as; there is no password that could leak. For a MariaDB on another
-- host, make the accounts for the network there, each with a password of its own, that ask for TLS:
--
--   CREATE USER 'mask'@'10.0.0.%' IDENTIFIED BY '…' REQUIRE SSL;
--   GRANT mask_worker TO 'mask'@'10.0.0.%';
--   SET DEFAULT ROLE mask_worker FOR 'mask'@'10.0.0.%';
--
-- the same for 'mask-webhooks' with mask_sender; and for 'mask-admin' the grant below.

-- utf8mb4 for what people write; nopad_bin because `Abc` and `abc` are two slugs.
CREATE DATABASE IF NOT EXISTS mask CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What the workers, maskctl and the commands of cron need.
CREATE ROLE IF NOT EXISTS mask_worker;
CREATE USER IF NOT EXISTS 'mask'@'localhost' IDENTIFIED VIA unix_socket;
GRANT mask_worker TO 'mask'@'localhost';
SET DEFAULT ROLE mask_worker FOR 'mask'@'localhost';

-- What mask-webhooks needs. It talks to strangers' servers, so it sees least.
CREATE ROLE IF NOT EXISTS mask_sender;
CREATE USER IF NOT EXISTS 'mask-webhooks'@'localhost' IDENTIFIED VIA unix_socket;
GRANT mask_sender TO 'mask-webhooks'@'localhost';
SET DEFAULT ROLE mask_sender FOR 'mask-webhooks'@'localhost';

-- maskctl migrate, maintain, workspace delete, backup and restore: everything in this database and nothing beside it. It makes
-- tables, drops partitions, deletes what the audit log no longer keeps, and passes on what roles.sql says (GRANT OPTION).
CREATE USER IF NOT EXISTS 'mask-admin'@'localhost' IDENTIFIED VIA unix_socket;
GRANT ALL PRIVILEGES ON mask.* TO 'mask-admin'@'localhost' WITH GRANT OPTION;
