-- The text of an error value that never comes: it is asked for with what the hook may use.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    error(setmetatable({}, { __tostring = function() while true do end end, __name = "attack" }))
  end,
}
