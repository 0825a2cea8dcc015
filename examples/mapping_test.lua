-- Tests of mapping.lua.

test "plain mapping" {
  { name = "match", request = {}, replies = { 9000 }, expect = { decision = "allow", reason = "number_matches" } },
  { name = "mismatch", request = {}, replies = { 9001 }, expect = { decision = "deny", reason = "number_differs" } },
  { name = "expired token", request = {}, replies = { 9003 }, expect = { decision = "review", reason = "new_token" } },
  { name = "undecipherable token", request = {}, replies = { 9020 }, expect = { decision = "review", reason = "new_token" } },
  { name = "malformed token", request = {}, replies = { 9021 }, expect = { decision = "review", reason = "new_token" } },
  { name = "too soon", request = {}, replies = { 9005 }, expect = { decision = "review", reason = "wait" } },
  { name = "another code", request = {}, replies = { 9099 }, expect = { decision = "review", reason = "ask_for_sms" } },
  { name = "no reply", request = {}, replies = { "connect_refused" }, expect = { decision = "review", reason = "ask_for_sms" } },
}
