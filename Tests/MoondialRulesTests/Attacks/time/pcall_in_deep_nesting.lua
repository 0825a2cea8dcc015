-- Each of 150 nested pcalls starts a new endless loop when the one inside has been killed.
-- expect: review rule_timeout
local function level(n)
  if n > 0 then pcall(level, n - 1) end
  while true do end
end
rule "attack" { pre_check = function() level(150) return allow "escaped" end }
