-- Passes 200,000 arguments through varargs, again and again.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
local function count(...)
  local n = select("#", ...)
  if n > 0 then return count(select(2, ...)) end
end
rule "attack" { pre_check = function() count(table.unpack({}, 1, 200000)) end }
