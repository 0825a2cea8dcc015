-- A thousand coroutines, each resumed by the one before: every level takes C stack.
-- expect: deny survived
-- budget: coroutines=2000
local function nest(n) return n == 0 and "bottom" or coroutine.wrap(nest)(n - 1) end
rule "attack" {
  pre_check = function()
    local ok, problem = pcall(nest, 1000)
    return not ok and tostring(problem):find "C stack overflow" and deny "survived"
  end,
}
