-- table.insert shifts as many elements as __len claims.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, "x")
  end,
}
