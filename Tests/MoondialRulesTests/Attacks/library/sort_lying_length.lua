-- Sorts 2^31 - 2 elements that all come from a C function and all go to one.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    table.sort(setmetatable({}, {
      __len = function() return (1 << 31) - 2 end, __index = rawlen, __newindex = type,
    }))
  end,
}
