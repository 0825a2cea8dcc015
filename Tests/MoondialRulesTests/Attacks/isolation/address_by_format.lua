-- %p gives the address as such, also of strings. A pointer has 12 digits at most; what is shown instead has more, for most
-- values.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _, value in ipairs { {}, print, coroutine.running(), function() end } do
      local pointer, text = string.format("%p", value), string.format("%s", value)
      if #pointer:match "0x(%x+)" > 12 and #text:match "0x(%x+)" > 12 then return deny "survived" end
    end
  end,
}
