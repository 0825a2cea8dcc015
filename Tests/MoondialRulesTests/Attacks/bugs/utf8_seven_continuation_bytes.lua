-- A first byte of 0xFF asks for seven more and shifts too far (up to 5.4.8).
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local text = "\xff" .. ("\x8f"):rep(7)
    for _, lax in ipairs {true, false} do
      if utf8.len(text, 1, -1, lax) or pcall(utf8.codepoint, text, 1, 1, lax) then return deny "taken" end
      if pcall(function() for _ in utf8.codes(text, lax) do end end) then return deny "taken" end
    end
    return deny "survived"
  end,
}
