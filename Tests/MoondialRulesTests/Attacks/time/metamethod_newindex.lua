-- Writing a field runs script code.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    setmetatable({}, { __newindex = function() while true do end end }).field = 1
  end,
}
