-- Frees what it has when memory gets short, and starts again: pcall makes a hard limit a soft one.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=8MiB
rule "attack" {
  pre_check = function()
    local function grow()
      local t = {}
      for i = 1, math.huge do t[i] = ("x"):rep(1000) .. i end
    end
    while true do pcall(grow) end
  end,
}
