-- A list that holds the same large string a thousand times.
-- expect: review rule_memory
-- budget: hook=5s run=5s
rule "attack" {
  pre_check = function()
    local t, text = {}, ("x"):rep(1 << 20)
    for i = 1, 1000 do t[i] = text end
    return deny(table.concat(t))
  end,
}
