#!/usr/bin/env python3
"""A public client, ccxt, against a running simulator of CoinEx: spot and futures.

    scripts/ccxt_check.py BASE_URL

ccxt signs REST requests with an older recipe, SHA-256 over the text with the secret behind it, where
the venue's documentation asks for HMAC-SHA-256; the simulator takes both, as the venue does, unless
it runs with `--strict`. ccxt is unmodified but for the addresses. It needs ccxt 4.5.20; later
versions no longer have the venue.
"""

import sys

import ccxt

SPOT = "BTC/USDT"
FUTURES = "BTC/USDT:USDT"


def client(base_url, secret="simulator-secret"):
    exchange = ccxt.coinex({"apiKey": "simulator-key", "secret": secret})

    def moved(value):
        if isinstance(value, dict):
            return {name: moved(item) for name, item in value.items()}
        if isinstance(value, str):
            return value.replace("https://api.coinex.com", base_url)
        return value

    exchange.urls["api"] = moved(exchange.urls["api"])
    return exchange


def expect(what, found, wanted):
    """Ends the check where two values differ; says what holds where they do not."""
    if found != wanted:
        sys.exit(f"ccxt: {what}: found {found!r}, expected {wanted!r}")
    print(f"  {what}: {found!r}")


def refused(what, kind, call):
    try:
        call()
    except kind as error:
        print(f"  {what}: refused, {type(error).__name__}")
    else:
        sys.exit(f"ccxt: {what}: accepted, expected {kind.__name__}")


def public(exchange, symbol):
    expect("market", exchange.market(symbol)["symbol"], symbol)
    book = exchange.fetch_order_book(symbol, 5)
    expect("levels of the book", (len(book["bids"]), len(book["asks"])), (5, 5))
    expect("book is not crossed", book["bids"][0][0] < book["asks"][0][0], True)
    expect("ticker", exchange.fetch_ticker(symbol)["symbol"], symbol)
    expect("trades", len(exchange.fetch_trades(symbol, limit=2)), 2)
    expect("candles", len(exchange.fetch_ohlcv(symbol, "1m", limit=2)), 2)
    return book


def orders(exchange, symbol, book):
    price = float(exchange.price_to_precision(symbol, book["bids"][-1][0] * 0.9))
    lower = float(exchange.price_to_precision(symbol, price * 0.99))
    order = exchange.create_order(
        symbol, "limit", "buy", 0.01, price, {"clientOrderId": "ccxt-1"})
    expect("open after placing", [o["id"] for o in exchange.fetch_open_orders(symbol)],
           [order["id"]])
    found = exchange.fetch_order(order["id"], symbol)
    expect("fetched order", (found["status"], found["price"], found["amount"]),
           ("open", price, 0.01))
    edited = exchange.edit_order(order["id"], symbol, "limit", "buy", 0.02, lower)
    found = exchange.fetch_order(edited["id"], symbol)
    expect("edited order", (found["price"], found["amount"]), (lower, 0.02))
    exchange.cancel_order(edited["id"], symbol)
    expect("open after cancelling", exchange.fetch_open_orders(symbol), [])
    refused("cancelling twice", ccxt.OrderNotFound,
            lambda: exchange.cancel_order(edited["id"], symbol))
    refused("more than there is", ccxt.InsufficientFunds,
            lambda: exchange.create_order(symbol, "limit", "buy", 10_000, price))
    legs = [{"symbol": symbol, "type": "limit", "side": "buy", "amount": 0.01, "price": p}
            for p in (price, lower)]
    batch = exchange.create_orders(legs)
    expect("batch", len({leg["id"] for leg in batch}), 2)
    expect("open after the batch", len(exchange.fetch_open_orders(symbol)), 2)
    exchange.cancel_all_orders(symbol)
    expect("open after cancelling all", exchange.fetch_open_orders(symbol), [])


def spot(exchange):
    print(SPOT)
    book = public(exchange, SPOT)
    orders(exchange, SPOT, book)
    before = exchange.fetch_balance()["BTC"]["total"]
    exchange.create_order(SPOT, "market", "sell", 0.01)
    after = exchange.fetch_balance()["BTC"]["total"]
    expect("sold", round(before - after, 8), 0.01)
    expect("own trades", round(sum(t["amount"] for t in exchange.fetch_my_trades(SPOT)), 8), 0.01)


def futures(exchange):
    print(FUTURES)
    book = public(exchange, FUTURES)
    exchange.set_leverage(20, FUTURES, {"marginMode": "cross"})
    orders(exchange, FUTURES, book)
    free = exchange.fetch_balance({"type": "swap"})["USDT"]["free"]
    exchange.create_order(FUTURES, "market", "buy", 0.02)
    position = exchange.fetch_positions([FUTURES])[0]
    expect("position", (position["side"], position["contracts"], position["leverage"]),
           ("long", 0.02, 20.0))
    expect("margin is taken", exchange.fetch_balance({"type": "swap"})["USDT"]["free"] < free, True)
    exchange.create_order(FUTURES, "market", "sell", 0.02, None, {"reduceOnly": True})
    expect("positions after closing", exchange.fetch_positions([FUTURES]), [])


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: scripts/ccxt_check.py BASE_URL, such as http://127.0.0.1:18080")
    exchange = client(sys.argv[1])
    exchange.load_markets()
    refused("a wrong secret", ccxt.AuthenticationError,
            client(sys.argv[1], secret="not-the-secret").fetch_balance)
    expect("the right secret", exchange.fetch_balance()["BTC"]["total"], 20.0)
    spot(exchange)
    futures(exchange)
    print("ccxt: all as expected")


if __name__ == "__main__":
    main()
