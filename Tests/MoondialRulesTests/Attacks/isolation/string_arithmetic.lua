-- String arithmetic lives in the same metatable, and finds the other operand's metamethod with both operands.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local seen
    local other = setmetatable({}, { __add = function(a, b) seen = a return a end })
    local _ = "10" + other
    return seen == "10" and getmetatable(seen) == false and deny "survived"
  end,
}
