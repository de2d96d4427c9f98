/// That a column has a decimal number, written out: digits, a sign and a point at most.
private func decimal(_ column: String) -> String {
    "CHECK (\(column) NOT GLOB '*[^-0-9.]*' AND \(column) GLOB '*[0-9]'"
        + " AND \(column) NOT GLOB '?*-*' AND \(column) NOT GLOB '*.*.*')"
}

private let orderStates =
    "'pending', 'waiting', 'working', 'amending', 'cancelling', 'unknown', 'filled', 'cancelled', "
    + "'rejected', 'expired'"

/// Form 1: times are nanoseconds since 1970 in UTC, amounts are exact decimals as text.
let firstSchema = runTables + orderTables + accountTables + wordTables + views

private let runTables = """
    CREATE TABLE instruments (
      -- What is traded, by its latest terms.
      symbol TEXT PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('spot', 'linear', 'inverse')),
      settle TEXT NOT NULL,
      tick TEXT NOT NULL \(decimal("tick")),
      lot TEXT NOT NULL \(decimal("lot")),
      contract_size TEXT NOT NULL \(decimal("contract_size"))
    ) STRICT;

    CREATE TABLE runs (
      -- A row for each run; one without an end goes on, or was killed.
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,                -- of its folder in ~/.moonrunner/sessions
      mode TEXT NOT NULL CHECK (mode IN ('backtest', 'paper', 'live')),
      venue TEXT NOT NULL,
      strategy TEXT NOT NULL,                   -- the path of its script
      session INTEGER,                          -- the number in its orders' client ids
      started INTEGER NOT NULL,
      ended INTEGER,
      end_reason TEXT,
      CHECK ((ended IS NULL) = (end_reason IS NULL))
    ) STRICT;
    CREATE INDEX runs_by_strategy ON runs (strategy, id);

    CREATE TABLE versions (
      -- The versions of its strategy that a run had, the first from its start.
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      number INTEGER NOT NULL CHECK (number > 0),
      hash TEXT NOT NULL,                       -- of the script and all that it loads
      since INTEGER NOT NULL,
      parameters TEXT NOT NULL CHECK (json_valid(parameters)),
      settings TEXT NOT NULL CHECK (json_valid(settings)),
      UNIQUE (run_id, number)
    ) STRICT;
    CREATE TABLE version_files (
      version_id INTEGER NOT NULL REFERENCES versions (id),
      path TEXT NOT NULL,
      text_hash TEXT NOT NULL REFERENCES texts (hash),
      PRIMARY KEY (version_id, path)
    ) STRICT;
    CREATE TABLE texts (
      -- Texts of scripts, each once, by their SHA-256.
      hash TEXT PRIMARY KEY,
      text TEXT NOT NULL
    ) STRICT;

    """

private let orderTables = """
    CREATE TABLE orders (
      -- Orders that were sent, as they stand now: amendments replace price and quantity.
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      client_id TEXT NOT NULL,
      venue_id TEXT,
      version INTEGER NOT NULL,                 -- the number of the strategy's version that made it
      instrument TEXT NOT NULL REFERENCES instruments (symbol),
      side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
      quantity TEXT NOT NULL \(decimal("quantity")),
      price TEXT \(decimal("price")),           -- NULL: at the market
      stop_price TEXT \(decimal("stop_price")),
      time_in_force TEXT NOT NULL CHECK (time_in_force IN ('gtc', 'ioc', 'fok')),
      post_only INTEGER NOT NULL CHECK (post_only IN (0, 1)),
      reduce_only INTEGER NOT NULL CHECK (reduce_only IN (0, 1)),
      tag TEXT,                                 -- the strategy's own name for it
      state TEXT NOT NULL CHECK (state IN (\(orderStates))),
      filled TEXT NOT NULL \(decimal("filled")),
      reason TEXT,                              -- why it was refused, ended or lost sight of
      created INTEGER NOT NULL,
      updated INTEGER NOT NULL,
      UNIQUE (run_id, client_id)
    ) STRICT;
    CREATE INDEX orders_by_client_id ON orders (client_id, id);
    CREATE INDEX orders_open ON orders (run_id)
      WHERE state NOT IN ('filled', 'cancelled', 'rejected', 'expired');

    CREATE TABLE order_events (
      -- Every step of an order's way, in order.
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      order_id INTEGER REFERENCES orders (id),
      client_id TEXT,                           -- of an order that is not in this file
      time INTEGER NOT NULL,
      venue_time INTEGER,                       -- NULL: our own deed
      event TEXT NOT NULL CHECK (event IN (
        'submitted', 'accepted', 'rejected', 'triggered', 'fill', 'cancel_requested', 'cancel_rejected',
        'cancelled', 'amend_requested', 'amended', 'amend_rejected', 'expired', 'lost', 'not_found')),
      state_before TEXT CHECK (state_before IN (\(orderStates))),
      state_after TEXT NOT NULL CHECK (state_after IN (\(orderStates))),
      price TEXT \(decimal("price")),           -- of a fill, or what an amendment asks for or made
      quantity TEXT \(decimal("quantity")),
      trade_id TEXT,                            -- of a fill
      reason TEXT,
      CHECK ((order_id IS NULL) = (client_id IS NOT NULL))
    ) STRICT;
    CREATE INDEX order_events_by_order ON order_events (order_id, id);

    CREATE TABLE executions (
      -- Executions, each once.
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),   -- the run that heard of it first
      order_id INTEGER REFERENCES orders (id),  -- NULL: the order is not in this file
      client_id TEXT NOT NULL,
      instrument TEXT NOT NULL REFERENCES instruments (symbol),
      trade_id TEXT NOT NULL,                   -- the venue's
      numbered_in INTEGER NOT NULL,             -- a paper run's id, where trade ids begin anew; live: 0
      side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
      price TEXT NOT NULL \(decimal("price")),
      quantity TEXT NOT NULL \(decimal("quantity")),
      fee TEXT NOT NULL \(decimal("fee")),      -- paid; negative: a rebate
      fee_currency TEXT NOT NULL,
      liquidity TEXT NOT NULL CHECK (liquidity IN ('maker', 'taker')),
      time INTEGER NOT NULL,
      venue_time INTEGER NOT NULL,
      -- An account that trades with itself has both sides of one trade.
      UNIQUE (instrument, trade_id, side, numbered_in)
    ) STRICT;
    CREATE INDEX executions_by_time ON executions (time, id);
    CREATE INDEX executions_by_order ON executions (order_id);

    """

private let accountTables = """
    CREATE TABLE positions (
      -- A run's position in an instrument, at each change.
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      instrument TEXT NOT NULL REFERENCES instruments (symbol),
      time INTEGER NOT NULL,
      net TEXT NOT NULL \(decimal("net")),      -- negative: short
      average_price TEXT \(decimal("average_price")),
      entry_value TEXT NOT NULL \(decimal("entry_value")),
      realised_pnl TEXT NOT NULL \(decimal("realised_pnl")),
      fees TEXT NOT NULL \(decimal("fees")),
      funding TEXT NOT NULL \(decimal("funding"))
    ) STRICT;
    CREATE INDEX positions_by_instrument ON positions (instrument, run_id, id);

    CREATE TABLE balances (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      time INTEGER NOT NULL,
      currency TEXT NOT NULL,
      total TEXT NOT NULL \(decimal("total")),
      available TEXT NOT NULL \(decimal("available"))
    ) STRICT;
    CREATE INDEX balances_by_currency ON balances (currency, id);

    CREATE TABLE equity (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      time INTEGER NOT NULL,
      currency TEXT NOT NULL,
      equity TEXT NOT NULL \(decimal("equity"))
    ) STRICT;
    CREATE INDEX equity_by_run ON equity (run_id, id);

    """

private let wordTables = """
    CREATE TABLE refusals (
      -- Intents that became no order.
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      time INTEGER NOT NULL,
      rule TEXT NOT NULL,                       -- the limit's name, as in settings and reports
      detail TEXT NOT NULL,                     -- what was asked, and what the limit is
      intent TEXT NOT NULL                      -- as in the run's record
    ) STRICT;
    CREATE INDEX refusals_by_run ON refusals (run_id, id);

    CREATE TABLE reconciliations (
      -- What the venue's own lists said otherwise.
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      time INTEGER NOT NULL,
      kind TEXT NOT NULL,
      instrument TEXT REFERENCES instruments (symbol),
      value_before TEXT,
      value_after TEXT,
      evidence TEXT NOT NULL CHECK (json_valid(evidence))
    ) STRICT;

    CREATE TABLE states (
      -- What a strategy keeps from version to version and from run to run: its `state`, as text.
      strategy TEXT PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      time INTEGER NOT NULL,
      state TEXT NOT NULL
    ) STRICT;

    CREATE TABLE timers (
      strategy TEXT NOT NULL,
      name TEXT NOT NULL,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      due INTEGER NOT NULL,
      period INTEGER CHECK (period > 0),        -- nanoseconds; NULL: once
      PRIMARY KEY (strategy, name)
    ) STRICT;

    CREATE TABLE alerts (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      time INTEGER NOT NULL,
      text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX alerts_by_run ON alerts (run_id, id);

    CREATE TABLE gaps (
      -- Where something is missing: so many entries were lost here.
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      time INTEGER NOT NULL,
      entries INTEGER NOT NULL CHECK (entries > 0),
      reason TEXT NOT NULL
    ) STRICT;

    """

private let views = """
    CREATE VIEW open_orders AS
      SELECT orders.*, runs.name AS run, runs.strategy AS strategy
      FROM orders INDEXED BY orders_open JOIN runs ON runs.id = orders.run_id
      WHERE state NOT IN ('filled', 'cancelled', 'rejected', 'expired');

    CREATE VIEW fills AS
      SELECT executions.id, datetime(executions.venue_time / 1000000000, 'unixepoch') AS utc,
        executions.instrument, executions.side, executions.quantity, executions.price, executions.fee,
        executions.fee_currency, executions.liquidity, executions.trade_id, executions.client_id,
        orders.tag, runs.name AS run, runs.strategy AS strategy
      FROM executions JOIN runs ON runs.id = executions.run_id
        LEFT JOIN orders ON orders.id = executions.order_id;

    CREATE VIEW last_positions AS  -- of each run and instrument
      SELECT positions.*, runs.name AS run, runs.strategy AS strategy
      FROM runs JOIN instruments
        JOIN positions ON positions.id = (
          SELECT max(id) FROM positions WHERE instrument = symbol AND run_id = runs.id);

    """
