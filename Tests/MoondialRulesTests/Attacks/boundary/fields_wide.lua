-- A hundred thousand fields.
-- expect: review rule_limit
rule "attack" {
  pre_check = function()
    local t = {}
    for i = 1, 100000 do t["k" .. i] = i end
    return deny("wide", t)
  end,
}
