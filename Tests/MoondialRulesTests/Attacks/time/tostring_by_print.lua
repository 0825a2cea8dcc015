-- print calls __tostring while the host puts the line together.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    print(setmetatable({}, { __tostring = function() while true do end end }))
  end,
}
