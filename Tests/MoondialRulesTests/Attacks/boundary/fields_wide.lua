-- A hundred thousand fields.
-- expect: review rule_error
-- message: too many values
rule "attack" {
  pre_check = function()
    local t = {}
    for i = 1, 100000 do t["k" .. i] = i end
    return deny("wide", t)
  end,
}
