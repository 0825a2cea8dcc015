-- Stopping the collector, or tuning it, is for the host.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _, what in ipairs { "stop", "collect", "step", "generational", "incremental", "setpause", "restart" } do
      if pcall(collectgarbage, what) then return end
    end
    return not pcall(collectgarbage) and deny "survived"
  end,
}
