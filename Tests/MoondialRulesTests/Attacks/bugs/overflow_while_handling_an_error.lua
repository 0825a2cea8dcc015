-- CVE-2022-33099: an overflow of the C stack while the error of an overflow is handled overran the Lua stack.
-- expect: deny survived
-- budget: hook=5s run=5s memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local function loop(x, y, z) return 1 + loop(x, y, z) end
    local function gsubs() string.gsub("a", ".", gsubs) end
    for _ = 1, 3 do
      xpcall(loop, loop)
      xpcall(gsubs, loop)
      xpcall(loop, gsubs)
    end
    return deny "survived"
  end,
}
