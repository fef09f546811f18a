-- Makes the database; only under the start lock and after survey.sql said that it is absent.
-- Binds: none. Answers no rows. Cannot run inside a transaction.
CREATE DATABASE fermata
