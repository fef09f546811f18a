-- Makes the cursors of journals that have none, before their first effect.
INSERT INTO relay_cursors (journal) SELECT id FROM journals ON CONFLICT DO NOTHING
