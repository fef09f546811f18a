-- Every public key that signed here, the oldest first. No binds.
SELECT key_id, public_key, first_signed_at FROM ledger_keys ORDER BY first_signed_at, key_id
