-- All numbers share one metatable, all functions another, and so do booleans, nil and coroutines.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _, value in ipairs { 1, 1.5, true, print, coroutine.running(), "x", moondial.json.null } do
      if pcall(setmetatable, value, { __index = function() return allow end }) then return end
    end
    return not pcall(setmetatable, nil, {}) and not pcall(function() return (1).x end) and deny "survived"
  end,
}
