-- A20: jumps that lead nowhere.
-- ends: load
-- says: no visible label
goto nowhere
