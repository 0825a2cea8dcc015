-- A function of many instructions that is corrected is taken for a table with too many keys.
-- expect: deny loaded
rule "attack" {
  pre_check = function()
    local text = "for _ in pairs {} do local guard <close> = nil break end local f = function() end " .. ("f()"):rep(40000)
    return deny(load(text) and "loaded" or "not loaded")
  end,
}
