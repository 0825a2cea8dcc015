-- __pairs gives an iterator that never ends.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    for _ in pairs(setmetatable({}, { __pairs = function() return function() return 1 end end })) do end
  end,
}
