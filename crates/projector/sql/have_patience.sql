-- Has this connection's statements take as long as they take, whatever the role's settings are, but not
-- hold anything for long when its process says nothing any more.
SELECT set_config('statement_timeout', '0', false),
       set_config('lock_timeout', '0', false),
       set_config('idle_in_transaction_session_timeout', '30s', false)
