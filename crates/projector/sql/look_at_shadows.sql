-- Has every statement of this connection that follows find the shadow tables in place of the live ones,
-- and everything else where it is.
SELECT set_config('search_path', 'rebuilding, ' || quote_ident(live_schema()), false)
