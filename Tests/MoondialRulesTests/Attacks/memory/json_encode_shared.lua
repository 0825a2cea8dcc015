-- A table that holds itself ten times at each of eight levels: small in Lua, 100 MB as JSON.
-- expect: review rule_error
-- message: too many values
rule "attack" {
  pre_check = function()
    local t = { "x" }
    for _ = 1, 8 do t = { t, t, t, t, t, t, t, t, t, t } end
    return deny(moondial.json.encode(t))
  end,
}
