-- A hook belongs to one coroutine: a loop in another one is not seen by hosts that set it once.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local co = coroutine.create(function() while true do end end)
    coroutine.resume(co)
    return allow "escaped"
  end,
}
