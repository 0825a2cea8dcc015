-- The same with an empty separator, which takes the other path in the stock library.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local ok, text = pcall(string.rep, "", 1 << 62, "")
    return (not ok or text == "") and deny "survived"
  end,
}
