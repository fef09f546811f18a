-- Has this connection's commits not wait for the disk: what is lost in a crash is done again, because
-- how far a rebuild has come is lost with it.
SELECT set_config('synchronous_commit', 'off', false)
