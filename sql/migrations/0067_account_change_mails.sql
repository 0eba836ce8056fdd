-- Who has another password, passkey or authenticator app than before is told by mail.
ALTER TABLE mails MODIFY COLUMN
  kind ENUM('invitation', 'reset', 'sign_in', 'endpoint_failing', 'certificate_ending', 'account_change') NOT NULL;
