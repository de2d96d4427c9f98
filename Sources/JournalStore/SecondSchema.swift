/// Form 2: what a strategy keeps belongs to the run that kept it, and so does what is traded.
///
/// Nothing wrote the first form's tables of states and timers.
let secondSchema = """
    DROP TABLE states;
    DROP TABLE timers;

    ALTER TABLE runs ADD COLUMN traded_since INTEGER;  -- when its strategy started; NULL: it never did
    ALTER TABLE runs ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;  -- how many of what it put are in the file

    CREATE INDEX executions_of_others ON executions (client_id) WHERE order_id IS NULL;

    CREATE TABLE run_instruments (
      -- What a run trades.
      run_id INTEGER NOT NULL REFERENCES runs (id),
      instrument TEXT NOT NULL REFERENCES instruments (symbol),
      PRIMARY KEY (run_id, instrument)
    ) STRICT;

    CREATE TABLE states (
      -- What a run's strategy keeps for the next one: its `state`, as text.
      run_id INTEGER PRIMARY KEY REFERENCES runs (id),
      time INTEGER NOT NULL,
      shape INTEGER NOT NULL,                   -- the script's `state_version`
      state TEXT NOT NULL
    ) STRICT;

    CREATE TABLE risk_counters (
      -- What a run's limits of a loss remember, in the currency that its instruments settle in.
      run_id INTEGER PRIMARY KEY REFERENCES runs (id),
      time INTEGER NOT NULL,
      day INTEGER NOT NULL,                     -- since 1970, in UTC
      day_start TEXT NOT NULL,                  -- what the run was worth when it began
      peak TEXT NOT NULL                        -- the most that it was worth
    ) STRICT;

    CREATE TABLE timers (
      run_id INTEGER NOT NULL REFERENCES runs (id),
      name TEXT NOT NULL,
      due INTEGER NOT NULL,                     -- first; what repeats is due each period behind it
      period INTEGER CHECK (period > 0),        -- nanoseconds; NULL: once
      PRIMARY KEY (run_id, name)
    ) STRICT;

    """
