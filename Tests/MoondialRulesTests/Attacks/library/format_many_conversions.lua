-- 50,000 numbers with 99 digits after the point: a quarter of a second in C in one call.
-- expect: review rule_error
-- message: more than 1000 conversions
rule "attack" {
  pre_check = function()
    local t = {}
    for i = 1, 50000 do t[i] = 1e300 end
    return deny(("%.99f"):rep(50000):format(table.unpack(t)))
  end,
}
