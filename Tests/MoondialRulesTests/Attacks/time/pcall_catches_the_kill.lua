-- The classic: a timeout that is raised as an error is caught by pcall, and the rule goes on to allow.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    pcall(function() while true do end end)
    return allow "escaped"
  end,
}
