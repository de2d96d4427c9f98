/// Form 4: instruments may be quanto contracts.
let fourthSchema = """
    ALTER TABLE instruments ADD COLUMN new_kind TEXT NOT NULL DEFAULT 'spot'
      CHECK (new_kind IN ('spot', 'linear', 'inverse', 'quanto'));
    UPDATE instruments SET new_kind = kind;
    ALTER TABLE instruments DROP COLUMN kind;
    ALTER TABLE instruments RENAME COLUMN new_kind TO kind;

    """
