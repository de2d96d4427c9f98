/// Form 3: what a simulated account began with, and the market of the embedded exchange that it goes on in.
let thirdSchema = """
    ALTER TABLE runs ADD COLUMN account_since INTEGER REFERENCES runs (id);  -- on paper: the run with which its account began
    ALTER TABLE runs ADD COLUMN market_seed TEXT;  -- of the embedded exchange; NULL: a venue's own market

    CREATE TABLE openings (
      -- What a run's simulated account had before the first order of its life.
      run_id INTEGER NOT NULL REFERENCES runs (id),
      currency TEXT NOT NULL,
      amount TEXT NOT NULL CHECK (amount NOT GLOB '*[^-0-9.]*' AND amount GLOB '*[0-9]'
        AND amount NOT GLOB '?*-*' AND amount NOT GLOB '*.*.*'),
      PRIMARY KEY (run_id, currency)
    ) STRICT;

    """
