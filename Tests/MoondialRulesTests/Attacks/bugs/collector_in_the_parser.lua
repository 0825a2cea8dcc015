-- The parser keeps strings and functions that nothing else refers to yet: a reader that makes garbage lets the collector
-- run in the middle of it, as in CVE-2025-49844 of another host of Lua.
-- expect: deny survived
-- budget: hook=5s run=5s memory=64GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local n = 0
    local function pieces()
      n = n + 1
      local garbage
      for i = 1, 300 do garbage = { ("x"):rep(1000) .. i, garbage and garbage[1] } end
      if n <= 500 then return ("local function f%d() return %q end "):format(n % 100, "s" .. n) end
    end
    for _ = 1, 3 do
      n = 0
      local chunk = load(pieces, ("n"):rep(100) .. "ame")
      if chunk then chunk() end
    end
    return deny "survived"
  end,
}
