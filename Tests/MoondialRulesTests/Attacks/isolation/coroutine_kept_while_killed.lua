-- The coroutine is in the middle of a loop when its run is killed: the next run finds it, and must not revive it.
-- expect: review rule_timeout
-- runs: 3
local kept
rule "attack" {
  pre_check = function()
    if kept then coroutine.resume(kept) end
    kept = coroutine.create(function() while true do end end)
    coroutine.resume(kept)
    return allow "escaped"
  end,
}
