-- Tables within tables, a thousand levels: a converter that recurses overflows its stack.
-- expect: review rule_error
-- message: nested too deep
rule "attack" {
  pre_check = function()
    local t = {}
    for _ = 1, 1000 do t = { t = t } end
    return deny("deep", t)
  end,
}
