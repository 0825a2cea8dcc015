-- An empty match at each of four million places, with the replacement put in: time in C and a larger result.
-- expect: review rule_timeout
-- budget: hook=50ms memory=1GiB vm=2GiB
rule "attack" {
  pre_check = function()
    local text = ("x"):rep(4000000)
    for _ = 1, 100 do text:gsub("", "-") end
  end,
}
