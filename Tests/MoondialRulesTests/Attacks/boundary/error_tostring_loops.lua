-- The same with a loop, after the hook has ended and its time is no longer counted.
-- expect: review rule_error
rule "attack" {
  pre_check = function()
    error(setmetatable({}, { __tostring = function() while true do end end, __name = "attack" }))
  end,
}
