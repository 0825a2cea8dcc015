-- Comparing strings with zero bytes reads past the end where the locale says that different pieces are equal.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local a, b = ("\u{17A4}"):rep(30000) .. "\0", ("\u{17A2}\u{17B6}"):rep(15000) .. "\0"
    local _ = a < b, b <= a, a > b
    return not pcall(function() return os.setlocale "km_KH.UTF-8" end) and deny "survived"
  end,
}
