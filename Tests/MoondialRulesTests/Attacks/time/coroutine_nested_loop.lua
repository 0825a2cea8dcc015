-- The loop stands 100 coroutines deep, each of which catches what the one inside raises and loops too.
-- expect: review rule_timeout
local function nest(n)
  if n > 0 then coroutine.resume(coroutine.create(nest), n - 1) end
  while true do end
end
rule "attack" { pre_check = function() nest(100) return allow "escaped" end }
