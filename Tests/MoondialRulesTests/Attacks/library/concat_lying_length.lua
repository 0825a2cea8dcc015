-- A length of 2^60 and elements from a C function: neither an instruction nor a table is in the loop.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    return table.concat(setmetatable({}, { __index = rawlen, __len = function() return 1 << 60 end }), "") and nil
  end,
}
