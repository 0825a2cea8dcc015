-- Addresses of tables and functions tell where to aim at, and defeat the randomisation of address spaces. A pointer has 12
-- digits at most; what is shown instead has more, for most values.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    local co = coroutine.create(print)
    for _, value in ipairs { {}, print, string.rep, co, moondial, _G, function() end } do
      if #tostring(value):match "0x(%x+)" > 12 then return deny "survived" end
    end
  end,
}
