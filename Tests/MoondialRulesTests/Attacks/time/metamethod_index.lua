-- Reading a field runs script code.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    return setmetatable({}, { __index = function() while true do end end }).field
  end,
}
