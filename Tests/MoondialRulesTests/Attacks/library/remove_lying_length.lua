-- table.remove shifts them the other way.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    table.remove(setmetatable({}, { __len = function() return 1 << 60 end }), 1)
  end,
}
