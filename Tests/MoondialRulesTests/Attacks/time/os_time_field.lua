-- os.time reads its fields with metamethods.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    return os.time(setmetatable({}, { __index = function() while true do end end }))
  end,
}
