-- Stopping the collector, or tuning it, is for the host: calls that would do so have no effect.
-- expect: deny survived
local function weak_list() return setmetatable({ {} }, { __mode = "v" }) end

rule "attack" {
  pre_check = function()
    for _, what in ipairs { "stop", "collect", "step", "generational", "incremental", "setpause", "restart" } do
      if collectgarbage(what, 1000000) ~= 0 then return end
    end
    collectgarbage "stop"
    local weak = weak_list()
    for _ = 1, 200000 do
      local _ = { {}, {} }
      if weak[1] == nil then return deny "survived" end
    end
  end,
}
