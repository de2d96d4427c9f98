subscribe("sim:BTC/USDT", "book")
function on_book(book)
  local price = book.level("buy", 1) -- finds missing-colon
  plot("price", price)
end
