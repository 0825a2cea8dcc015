-- 100,000 variables wait to be closed when the kill comes; a host that unwinds runs all their handlers.
-- expect: review rule_timeout
local slow = { __close = function() for _ = 1, 1000000 do end end }
local function deep(n)
  local x <close> = setmetatable({}, slow)
  if n == 0 then while true do end end
  deep(n - 1)
end
rule "attack" { pre_check = function() deep(100000) end }
