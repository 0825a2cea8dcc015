-- CVE-2021-43519: recursion through coroutine.wrap, with a failed pcall at each level, overflowed the C stack.
-- expect: deny survived
-- budget: coroutines=2000 hook=5s run=5s
rule "attack" {
  pre_check = function()
    local function deeper() pcall(1) coroutine.wrap(deeper)() end
    local ok = pcall(deeper)
    return not ok and deny "survived"
  end,
}
