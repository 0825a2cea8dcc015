-- All hooks of a run get the same request, and none can change it for the others: not by raw access either.
-- expect: deny survived
local first
rule "attack" {
  pre_check = function(req)
    first = req
    for _, change in ipairs { function() req.phone = "1" end, function() rawset(req, "phone", "1") end,
      function() rawset(req, "more", 1) end, function() setmetatable(req, {}) end } do
      if pcall(change) then return deny "changed" end
    end
  end,
  map_result = function(req)
    if rawequal(req, first) and req.phone == "13800138000" and rawget(req, "more") == nil then return deny "survived" end
  end,
}
