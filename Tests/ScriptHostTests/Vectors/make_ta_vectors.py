"""Makes the test vectors of the `ta` indicators: two series of bars and what is expected of them.

    pip install TA-Lib numpy
    python make_ta_vectors.py

Expected values come from TA-Lib where it has the indicator, otherwise from the plain
implementations below, which follow the definitions and share nothing with the C code. The same
versions give the same files; see README.md.
"""

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import talib

BARS = 600
BAR_SECONDS = 900
FIRST_TIME = 1_735_689_600  # 2025-01-01T00:00:00Z
NONE = math.nan

# Bars of which the expected values are kept: all where averages warm up and where the market stands
# still or jumps, then a sample. A wrong value stays in an indicator's state, so a sample shows it.
KEPT = {
    "main": sorted({*range(130), *range(130, BARS, 7), *range(298, 304), *range(590, BARS)}),
    "small": sorted({*range(60), *range(60, BARS, 13), *range(590, BARS)}),
}


# --- The series ---------------------------------------------------------------------------------


def series(seed, price, tick, volume):
    """A random walk with two stretches without any movement, jumps, and times without volume."""
    random = np.random.default_rng(seed)
    steps = random.normal(0, 0.006, BARS)
    steps[120] = math.log(1.35)
    steps[300] = math.log(0.6)
    steps[520] = math.log(1.8)
    steps[521] = math.log(1 / 1.8)
    for first, last in ((70, 110), (400, 460)):
        steps[first:last] = 0
    close = price * np.exp(np.cumsum(steps))
    open_ = np.concatenate(([price], close[:-1]))
    high = np.maximum(open_, close) * (1 + np.abs(random.normal(0, 0.003, BARS)))
    low = np.minimum(open_, close) * (1 - np.abs(random.normal(0, 0.003, BARS)))
    traded = np.round(random.lognormal(0, 0.8, BARS) * volume, 3)
    for first, last in ((70, 110), (400, 460)):
        for column in (open_, high, low):
            column[first:last] = close[first]
    traded[80:105] = 0
    traded[430:455] = 0
    decimals = -round(math.log10(tick))
    columns = [np.round(column, decimals) for column in (open_, high, low, close)]
    times = FIRST_TIME + BAR_SECONDS * np.arange(BARS, dtype=float)
    return dict(zip(("open", "high", "low", "close", "volume", "time"), (*columns, traded, times)))


SERIES = {
    "main": series(seed=20250101, price=100.0, tick=0.01, volume=25.0),
    "small": series(seed=20250102, price=0.00000086, tick=1e-12, volume=4e10),
}


# --- What TA-Lib has not ------------------------------------------------------------------------


def exact(values):
    return [Fraction(float(value)) for value in values]


def windows(count, length):
    for last in range(length - 1, count):
        yield last, slice(last - length + 1, last + 1)


def zscore(x, length):
    out, x = np.full(len(x), NONE), exact(x)
    for last, window in windows(len(x), length):
        mean = sum(x[window]) / length
        variance = sum((value - mean) ** 2 for value in x[window]) / length
        out[last] = 0 if variance == 0 else float(x[last] - mean) / math.sqrt(variance)
    return out


def vwma(x, volume, length):
    """The plain mean where the window has no volume: TA-Lib divides what rounding left over."""
    out, x, volume = np.full(len(x), NONE), exact(x), exact(volume)
    for last, window in windows(len(x), length):
        weights = volume[window] if any(volume[window]) else [1] * length
        out[last] = sum(p * w for p, w in zip(x[window], weights)) / sum(weights)
    return out


def vwap(high, low, close, volume, time, seconds):
    out, session, traded, total = [], None, Fraction(0), Fraction(0)
    for h, l, c, v, t in zip(high, low, close, volume, time):
        if t // seconds != session:
            session, traded, total = t // seconds, Fraction(0), Fraction(0)
        price = (h + l + c) / 3
        traded += Fraction(float(price)) * Fraction(float(v))
        total += Fraction(float(v))
        out.append(float(traded / total) if total else price)
    return np.array(out)


def kama(x, length, fast, slow):
    out = np.full(len(x), NONE)
    value = x[length - 1]
    for i in range(length, len(x)):
        change = abs(x[i] - x[i - length])
        way = math.fsum(abs(x[k] - x[k - 1]) for k in range(i - length + 1, i + 1))
        efficiency = 1 if way <= change else change / way
        smoothing = (efficiency * (2 / (fast + 1) - 2 / (slow + 1)) + 2 / (slow + 1)) ** 2
        value += smoothing * (x[i] - value)
        out[i] = value
    return out


def crossings(a, b):
    above = (a[1:] > b[1:]) & (a[:-1] <= b[:-1])
    return np.concatenate(([0.0], above.astype(float)))


def supertrend(high, low, close, length, multiplier):
    value, direction = talib.SUPERTREND(high, low, close, length, multiplier)
    return value, np.where(np.isnan(value), NONE, direction)


def linreg(x, length):
    """Without the 1e-13 or so that rounding makes of the slope where the market stood still."""
    is_flat = talib.MAX(x, length) == talib.MIN(x, length)
    return talib.LINEARREG(x, length), np.where(is_flat, 0, talib.LINEARREG_SLOPE(x, length))


# --- The cases ----------------------------------------------------------------------------------


def expected(bars):
    """The columns of every case; the names are those of check_ta.lua."""
    o, h, l, c, v, t = bars.values()
    keltner = lambda length, multiplier, atr: talib.KC(h, l, c, length, atr, multiplier)
    adx = lambda n: (talib.ADX(h, l, c, n), talib.PLUS_DI(h, l, c, n), talib.MINUS_DI(h, l, c, n))
    return {
        "sma_5": talib.SMA(c, 5),
        "sma_20": talib.SMA(c, 20),
        "ema_1": talib.EMA(c, 1),
        "ema_20": talib.EMA(c, 20),
        "wma_10": talib.WMA(c, 10),
        "rma_14": talib.RMA(c, 14),
        "dema_10": talib.DEMA(c, 10),
        "tema_10": talib.TEMA(c, 10),
        "hma_16": talib.HMA(c, 16),
        "hma_21": talib.HMA(c, 21),
        "kama_10": talib.KAMA(c, 10),
        "kama_8_3_20": kama(c, 8, 3, 20),
        "vwma_10": vwma(c, v, 10),
        "vwap": talib.VWAP(h, l, c, v),
        "vwap_14400": vwap(h, l, c, v, t, 14400),
        "obv": talib.OBV(c, v),
        "mfi_14": talib.MFI(h, l, c, v, 14),
        "rsi_2": talib.RSI(c, 2),
        "rsi_14": talib.RSI(c, 14),
        "macd_12_26_9": talib.MACD(c, 12, 26, 9),
        "macd_5_35_5": talib.MACD(c, 5, 35, 5),
        "trix_5": talib.TRIX(c, 5),
        "stoch_14_3_3": talib.STOCH(h, l, c, 14, 3, 0, 3, 0),
        "stoch_5_1_4": talib.STOCH(h, l, c, 5, 1, 0, 4, 0),
        "willr_14": talib.WILLR(h, l, c, 14),
        "cci_20": talib.CCI(h, l, c, 20),
        "roc_10": talib.ROC(c, 10),
        "mom_10": talib.MOM(c, 10),
        "change_1": talib.MOM(c, 1),
        "variance_10": talib.VAR(c, 10),
        "stdev_20": talib.STDDEV(c, 20),
        "zscore_20": zscore(c, 20),
        "bbands_20_2": talib.BBANDS(c, 20, 2, 2, 0),
        "highest_10": talib.MAX(h, 10),
        "lowest_10": talib.MIN(l, 10),
        "donchian_20": talib.DONCHIAN(h, l, 20),
        "keltner_20_2_10": keltner(20, 2.0, 10),
        "keltner_5_1.5_14": keltner(5, 1.5, 14),
        "tr": talib.TRANGE(h, l, c),
        "atr_1": talib.ATR(h, l, c, 1),
        "atr_14": talib.ATR(h, l, c, 14),
        "adx_14": adx(14),
        "adx_3": adx(3),
        "supertrend_10_3": supertrend(h, l, c, 10, 3.0),
        "supertrend_7_1.5": supertrend(h, l, c, 7, 1.5),
        "linreg_14": linreg(c, 14),
        "crossover": crossings(c, o),
        "crossunder": crossings(o, c),
    }


def check_against_talib(bars, columns):
    """The plain implementations, where TA-Lib has a relative to compare them with."""
    h, l, c, v, t = (bars[name] for name in ("high", "low", "close", "volume", "time"))
    plain = vwma(c, v, 10)
    has_volume = np.convolve(v > 0, np.ones(10))[:BARS] > 0
    before = np.arange(BARS) < 80  # afterwards TA-Lib's running sums carry what rounding left over
    for ours, theirs, rows in (
        (plain, talib.VWMA(c, v, 10), has_volume & before),
        (kama(c, 10, 2, 30), columns["kama_10"], slice(None)),
        (vwap(h, l, c, v, t, 1e12), columns["vwap"], slice(None)),
    ):
        np.testing.assert_allclose(ours[rows], theirs[rows], rtol=1e-10)


# --- The files ----------------------------------------------------------------------------------


def cell(value):
    return "" if math.isnan(value) else repr(float(value)).removesuffix(".0")


def write(path, columns, rows):
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["bar", *columns])
        for row in rows:
            writer.writerow([row, *(cell(column[row]) for column in columns.values())])


def main():
    folder = Path(__file__).parent
    library = talib.__ta_version__.decode()
    print(f"TA-Lib {library}, wrapper {talib.__version__}, NumPy {np.__version__}")
    for name, bars in SERIES.items():
        columns = expected(bars)
        check_against_talib(bars, columns)
        flat = {}
        for case, values in columns.items():
            several = isinstance(values, (tuple, list))
            for number, column in enumerate(values if several else [values], start=1):
                flat[f"{case}:{number}"] = column
        write(folder / f"ta_bars_{name}.csv", bars, range(BARS))
        write(folder / f"ta_expected_{name}.csv", flat, KEPT[name])


if __name__ == "__main__":
    main()
