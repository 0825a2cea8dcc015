-- More results than the stack holds, or than an integer counts.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local a = pcall(table.unpack, {}, 1, 100000000)
    local b = pcall(table.unpack, {}, math.mininteger, math.maxinteger)
    local c = pcall(table.unpack, {}, math.maxinteger - 1, math.maxinteger)
    return not a and not b and c and deny "survived"
  end,
}
