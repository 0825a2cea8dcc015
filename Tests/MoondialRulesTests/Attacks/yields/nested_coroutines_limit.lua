-- The same under the default number of coroutines.
-- expect: review rule_limit
-- budget: coroutines=64
local function nest(n) return n == 0 and "bottom" or coroutine.wrap(nest)(n - 1) end
rule "attack" { pre_check = function() pcall(nest, 1000) return allow "escaped" end }
