-- The table of hooks answers by metamethod: the host must read it raw, or be killed here.
-- expect: load rule_definition
rule "attack" (setmetatable({}, {
  __index = function() while true do end end,
  __pairs = function() while true do end end,
}))
