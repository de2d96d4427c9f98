-- A29: a yield while the script loads.
-- ends: load
-- says: yield outside of a coroutine
coroutine.yield()
