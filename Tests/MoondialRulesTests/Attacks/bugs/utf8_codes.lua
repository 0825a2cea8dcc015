-- utf8.codes passes over continuation bytes that belong to nothing instead of raising an error.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _, text in ipairs { "in\x80valid", "\xbfinvalid", "αλφ\xBFα", "ab\xff", "\u{D800}" } do
      local ok = pcall(function() for _ in utf8.codes(text) do end end)
      if ok then return deny "accepted" end
    end
    return deny "survived"
  end,
}
