-- Tests of the rulebook in this folder.

test "blocked customers" {
  { name = "blocked", request = { phone = "13900000001" }, replies = {}, expect = { decision = "deny", reason = "blocked", attempts = 0 } },
  { name = "not blocked", request = {}, replies = { 9000 }, expect = { decision = "allow" } },
}

test "large orders are looked at" {
  { name = "large", request = { context = { amount_cny = 7500 } }, replies = { 9000 }, expect = { decision = "review", limit_cny = 5000 } },
  { name = "at the limit", request = { context = { amount_cny = 5000 } }, replies = { 9000 }, expect = { decision = "allow" } },
  { name = "a mismatch is denied", request = { context = { amount_cny = 7500 } }, replies = { 9001 }, expect = { decision = "deny" } },
}

test "without a verdict the user gets a text message" {
  request = {}, replies = { 9002 }, expect = { decision = "review", reason = "ask_for_sms" },
}
