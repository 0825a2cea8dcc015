-- A comparator that always says yes runs past the ends of the array unless the sort checks.
-- expect: review rule_error
-- message: invalid order function for sorting
rule "attack" {
  pre_check = function()
    local t = {}
    for i = 1, 100 do t[i] = i end
    table.sort(t, function() return true end)
  end,
}
