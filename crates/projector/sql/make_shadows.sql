-- Makes empty shadow tables in place of those that there are.
SELECT make_shadows()
