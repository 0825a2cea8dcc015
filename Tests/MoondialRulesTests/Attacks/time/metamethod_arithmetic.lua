-- String arithmetic falls back on the other operand's metamethod from a C function of the string library.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    return "10" + setmetatable({}, { __add = function() while true do end end })
  end,
}
