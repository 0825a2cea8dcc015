-- moondial.all within moondial.all, 200 deep: each level takes threads of the host.
-- expect: review rule_limit
-- budget: coroutines=64
local function nest(n)
  if n == 0 then return "bottom" end
  return (moondial.all { function() return nest(n - 1) end })
end
rule "attack" { pre_check = function() pcall(nest, 200) return allow "escaped" end }
