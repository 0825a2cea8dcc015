-- An error in a long chain of fields looks at each of them, in quadratic time, and overflows the C stack in the end.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local chains = {
      "a" .. (".b"):rep(50000), "a" .. ("[b]"):rep(40000), "a" .. (".b--\n"):rep(20000), "a" .. ("[b].c . d"):rep(12000),
      ("("):rep(150) .. "a" .. ((".b"):rep(200) .. ")"):rep(150) .. ".c", "a" .. ("['b']"):rep(20000),
      "a" .. ("[ [[b]] ]"):rep(12000), "_ENV" .. ("['\\'']"):rep(12000),
    }
    for i, chain in ipairs(chains) do
      for _, text in ipairs {"local a return %s", "local a return %s()", "local a %s = 1", "local a return (%s):c()"} do
        local f, message = load((text:gsub("%%s", function() return chain end)))
        if f or not message:find "fields of fields" then return deny(i .. text .. message) end
      end
    end
    local a = {}
    a.b = a
    if not load("local a, s = ... return a" .. (".b"):rep(200) .. " .. s " .. (".. s"):rep(50)) then return deny "short" end
    local ok, message = pcall(load("local a = ... return a" .. (".b"):rep(199) .. ".c()"), a)
    return deny(not ok and message:find "field 'c'" and "survived" or message)
  end,
}
