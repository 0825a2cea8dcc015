-- Two coroutines that hand over after each step, so that no one of them is ever long overdue.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local co = coroutine.wrap(function() while true do coroutine.yield() end end)
    while true do co() end
  end,
}
