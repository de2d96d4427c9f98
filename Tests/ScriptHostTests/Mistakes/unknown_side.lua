subscribe("sim:BTC/USDT", "book")
function on_book(book)
  plot("price", (book:level("bid", 1))) -- finds unknown-value
end
