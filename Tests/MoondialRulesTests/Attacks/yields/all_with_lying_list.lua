-- The list answers by metamethods: the host reads it raw.
-- expect: review rule_error
rule "attack" {
  pre_check = function()
    moondial.all(setmetatable({}, { __index = function() return print end, __len = function() return 1 << 40 end }))
    moondial.all { 1, 2, 3 }
  end,
}
