-- An iterator from coroutine.wrap that never ends, with an empty loop body.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    for _ in coroutine.wrap(function() while true do coroutine.yield(1) end end) do end
  end,
}
