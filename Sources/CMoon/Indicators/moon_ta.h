// The indicators of the `ta` table. Internal to CMoon: Swift never sees a lua_State.
//
// Each ta.NAME(parameters) checks its parameters and returns a function; calling that with the next
// value feeds the indicator and gives its current value or values, or nil (one for each result)
// while it warms up. An update takes constant time on average, unless the table says otherwise.
//
//     local atr, fast = ta.atr(14), ta.ema(20)
//     function on_bar(bar)
//       local range, average = atr(bar), fast(bar.close)
//
// Where the inputs are several, they may come as numbers, in the order given, or as one bar: a
// table or view with the fields of the same names. Further arguments are ignored, as in Lua.
//
// NAME(parameters)                          inputs                     results; meaning
// ---------------------------------------------------------------------------------------------
// sma(length)                               value                      simple moving average
// ema(length)                               value                      exponential moving average
// wma(length)                               value                      linearly weighted average
// rma(length)                               value                      Wilder's average (RSI, ATR)
// dema(length)                              value                      double exponential average
// tema(length)                              value                      triple exponential average
// hma(length)                               value                      Hull moving average
// kama(length=10, fast=2, slow=30)          value                      Kaufman's adaptive average
// linreg(length=14)                         value                      end of the regression line;
//                                                                      its slope per update
// vwma(length)                              close, volume              volume-weighted average
// vwap(session_seconds)                     price, volume[, time]      volume-weighted mean price
//                                           or bar (typical price)     since the first update, or
//                                                                      since the session began
// obv()                                     close, volume              on-balance volume
// mfi(length=14)                            high, low, close, volume   money flow index, 0 to 100
// rsi(length=14)                            value                      relative strength, 0 to 100
// macd(fast=12, slow=26, signal=9)          value                      MACD; signal; histogram
// trix(length=18)                           value                      % change of a triple EMA
// stoch(fastk=14, slowk=3, slowd=3)         high, low, close           slow stochastic %K; %D
// willr(length=14)                          high, low, close           Williams %R, -100 to 0
// cci(length=20)                            high, low, close           commodity channel index
// roc(length=10)                            value                      % change over length updates
// mom(length=10)                            value                      change over length updates
// change(length=1)                          value                      the same, from the last one
// variance(length=20)                       value                      population variance
// stdev(length=20)                          value                      population deviation
// zscore(length=20)                         value                      deviations above the mean
// bbands(length=20, deviations=2)           value                      upper; middle; lower
// highest(length), lowest(length)           value                      extreme of the last values
// donchian(length=20)                       high, low                  upper; middle; lower
// keltner(length=20, multiplier=2,          high, low, close           upper; middle; lower, around
//         atr_length=10)                                               an EMA of the typical price
// tr()                                      high, low, close           true range
// atr(length=14)                            high, low, close           average true range
// adx(length=14)                            high, low, close           ADX; +DI; -DI, whose values
//                                                                      come before the ADX's first
// supertrend(length=10, multiplier=3)       high, low, close           the line; direction 1 or -1
// crossover(), crossunder()                 a, b                       true on the update where a
//                                                                      goes above (below) b
//
// Lengths are whole numbers up to 1,000,000 (cci: 10,000, for it scans its window). Inputs are
// numbers from -1e100 to 1e100, never NaN: those are refused before the state is touched.
// vwap's session_seconds splits time, in seconds since 1970, so 86400 begins anew at midnight UTC;
// without it there is one session. Without volume vwma is the mean and vwap the price itself.
//
// Values and the first result's place are TA-Lib's where it has the indicator (no unstable period),
// except that sums here keep no rounding from former values: what is exactly flat gives exactly 0.

#ifndef MOON_TA_H
#define MOON_TA_H

#include <lua.h>

/// Makes the table of indicators.  // stack: +1, the ta table
void moon_ta_open(lua_State *L);

#endif
