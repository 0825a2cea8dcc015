-- Asks for another attempt each time, with consent to spend the token again: the number of attempts is bounded.
-- expect: deny survived
-- token: sim:code=9002
rule "attack" {
  fallback = function() return { endpoint = "h5", even_if_delivered = true } end,
  map_result = function() return deny "survived" end,
}
