-- The same where each overflow happens in a coroutine of its own, in another one, and under pcall.
-- expect: deny survived
-- budget: hook=20s run=20s memory=1GiB vm=1GiB coroutines=1000
rule "attack" {
  pre_check = function()
    local function loop() return 1 + loop() end
    local function nest(n)
      if n == 0 then return loop() end
      return coroutine.wrap(nest)(n - 1)
    end
    for n = 0, 2 do pcall(nest, n) end
    return deny "survived"
  end,
}
