-- A metatable that gets its __gc after it was set: it must never run.
-- expect: deny survived
-- budget: hook=5s run=5s memory=64GiB vm=64GiB
rule "attack" {
  pre_check = function()
    local mt, ran = {}, false
    setmetatable({}, mt)
    mt.__gc = function() ran = true while true do end end
    for i = 1, 300000 do local _ = { i } end
    return not ran and deny "survived"
  end,
}
