-- The second half of the rulebook in examples/shop: orders above a limit need more than a match.
--
--   echo '{"phone": "13800138000", "token": "example", "context": {"amount_cny": 7500}}' |
--     scripts/moondial verify --rules examples/shop

local limit_cny = 5000

rule "large orders are looked at" {
  map_result = function(req, attempt)
    local amount = req.context and req.context.amount_cny
    if attempt.verdict == "match" and (amount or 0) > limit_cny then
      return review("large_order", { limit_cny = limit_cny })
    end
  end,
}

rule "by verdict" {
  map_result = {
    match = allow "number_matches",
    mismatch = deny "number_differs",
    unknown = review "ask_for_sms",
  },
}
