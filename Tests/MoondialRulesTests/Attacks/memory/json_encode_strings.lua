-- The same string a thousand times, and each of its bytes takes six in JSON.
-- expect: review rule_error
-- message: too large
rule "attack" {
  pre_check = function()
    local t, text = {}, ("\1"):rep(60000)
    for i = 1, 1000 do t[i] = text end
    return deny(moondial.json.encode(t))
  end,
}
