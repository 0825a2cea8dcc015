-- A wrapped coroutine whose function is itself a wrapper, many times: resume within resume without script code.
-- expect: deny survived
-- budget: coroutines=2000
rule "attack" {
  pre_check = function()
    local f = function() return "bottom" end
    for _ = 1, 1000 do f = coroutine.wrap(f) end
    local ok = pcall(f)
    return not ok and deny "survived"
  end,
}
