-- Addresses of tables and functions tell where to aim at, and defeat the randomisation of address spaces.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    local co = coroutine.create(print)
    for _, value in ipairs { {}, print, string.rep, co, allow, req, moondial, _G, function() end } do
      if tostring(value):find "0x%x%x%x%x%x%x%x%x" then return end
    end
    return deny "survived"
  end,
}
