-- A replacement table whose __index never answers.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    return ("abc"):gsub(".", setmetatable({}, { __index = function() while true do end end }))
  end,
}
