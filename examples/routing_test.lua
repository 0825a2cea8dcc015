-- Tests of routing.lua.

test "route" {
  { name = "native", request = {}, replies = { 9000 }, expect = { attempts = { "mobile" } } },
  { name = "web", request = { channel = "web" }, replies = { 9000 }, expect = { attempts = { "h5" } } },
  { name = "SDK of the Web", request = { context = { sdk = "web 5.2.1" } }, replies = { 9000 }, expect = { attempts = { "h5" } } },
  { name = "another SDK", request = { context = { sdk = "ios 3.0" } }, replies = { 9000 }, expect = { attempts = { "mobile" } } },
}

test "a token at the wrong endpoint is repaired" {
  {
    name = "from mobile",
    request = {}, replies = { 9020, 9000 },
    expect = { decision = "allow", attempts = { "mobile", "h5" }, billed = 1, logs = "token sent to the wrong endpoint first" },
  },
  {
    name = "from h5",
    request = { channel = "web" }, replies = { 9021, 9001 },
    expect = { decision = "deny", attempts = { "h5", "mobile" }, billed = 1 },
  },
  { name = "once", request = {}, replies = { 9020, 9020 }, expect = { decision = "review", attempts = 2 } },
}

test "a token that may be spent is not sent again" {
  { name = "9002", request = {}, replies = { 9002 }, expect = { decision = "review", attempts = 1 } },
  { name = "reset", request = {}, replies = { "reset" }, expect = { decision = "review", attempts = 1, perhaps_billed = 1 } },
}
