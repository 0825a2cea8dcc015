-- Concatenation runs script code, from right to left, with values still on the stack.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local t = setmetatable({}, { __concat = function() while true do end end })
    return deny("a" .. t .. "b" .. t)
  end,
}
