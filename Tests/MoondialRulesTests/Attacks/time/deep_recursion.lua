-- So many calls that have not returned that going through them takes as long as the time between two looks of the watchdog.
-- expect: review rule_memory
-- budget: hook=2s
rule "attack" {
  pre_check = function()
    local function deeper() return 1 + deeper() end
    return deeper()
  end,
}
