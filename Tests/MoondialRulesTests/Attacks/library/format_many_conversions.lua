-- 200,000 numbers with 99 digits after the point: more than a second of C in one call.
-- expect: review rule_error
-- message: more than 1000 conversions
-- budget: hook=2s run=2s
rule "attack" {
  pre_check = function()
    local t = {}
    for i = 1, 200000 do t[i] = 1e300 end
    return deny(("%.99f"):rep(200000):format(table.unpack(t)))
  end,
}
