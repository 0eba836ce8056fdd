-- A password of eight characters is enough beside an authenticator app, and not without: so the app stays as long as the password
-- is short. How long those are that were set beside an app before is not known until their users sign in.
ALTER TABLE users ADD COLUMN IF NOT EXISTS password_short BOOLEAN NOT NULL DEFAULT FALSE
  COMMENT 'shorter than one has to be that lets somebody in alone' AFTER password_hash;

UPDATE users SET password_short = TRUE WHERE totp_confirmed AND password_hash IS NOT NULL;
