-- Launches that an engine has to take up, and the campaigns that engines have to do with.

-- A launch is an effect whose delivery is handed to an engine. It is due again when the lease of
-- whom it was handed to has run out.
CREATE INDEX deliveries_starting ON deliveries (due_at, enqueued_at)
    WHERE state = 'due' AND kind = 'start_run';

-- The last rest between two attempts to have a run started elsewhere.
ALTER TABLE deliveries ADD COLUMN rest_milliseconds integer NOT NULL DEFAULT 0;

-- Whether an engine has to do with a campaign. A column of its own, because it stays the same when
-- a campaign is paused or resumed: so those updates stay on their page, with the index below.
ALTER TABLE campaigns ADD COLUMN is_running boolean NOT NULL
    GENERATED ALWAYS AS (stage ->> 'status' IN ('launching', 'active', 'paused')) STORED;

CREATE INDEX campaigns_running ON campaigns (journal, id) WHERE is_running;
