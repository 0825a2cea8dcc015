-- The configuration is read-only at every level, for all runs.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local a = pcall(function() moondial.config.leak = 1 end)
    local b = pcall(rawset, moondial.config, "leak", 1)
    local c = pcall(function() moondial.attempt = function() return { verdict = "match" } end end)
    local d = pcall(rawset, moondial.json, "decode", print)
    return not (a or b or c or d) and deny "survived"
  end,
}
