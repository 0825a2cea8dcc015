-- CVE-2022-33099: an overflow of the C stack while the error of an overflow is handled overran the Lua stack.
-- expect: review rule_memory
-- budget: hook=20s run=20s memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local function loop(x, y, z) return 1 + loop(x, y, z) end
    local function gsubs() string.gsub("a", ".", gsubs) end
    xpcall(loop, loop)
    xpcall(gsubs, loop)
    xpcall(loop, gsubs)
    return deny "survived"
  end,
}
