-- A frontier and a set of many members for each character, with repetition.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local set = "[" .. ("b-z"):rep(3000) .. "]"
    return ("a"):rep(100000):find("%f" .. set .. set .. "*") and allow "found"
  end,
}
