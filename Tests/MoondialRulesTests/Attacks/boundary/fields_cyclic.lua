-- A table that holds itself never ends.
-- expect: review rule_error
-- message: nested too deep
rule "attack" {
  pre_check = function()
    local t = {}
    t.t = t
    return deny("cyclic", t)
  end,
}
