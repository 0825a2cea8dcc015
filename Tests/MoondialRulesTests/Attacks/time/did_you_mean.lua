-- Each misspelt global makes the host compare names for a suggestion; caught, and again with a long name.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local name = ("alow"):rep(5000)
    while true do pcall(function() return _G[name] end) end
  end,
}
