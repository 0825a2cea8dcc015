-- next looks for the first entry through all the slots of a table that was large once.
-- expect: review rule_limit
rule "attack" {
  pre_check = function()
    local t = {}
    for i = 1, 200000 do t["k" .. i] = true end
    for key in next, t do t[key] = nil end
    while true do next(t) end
  end,
}
