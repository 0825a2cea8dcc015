-- Repeats the empty string 2^62 times: no memory, just a loop in C.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local ok, text = pcall(string.rep, "", 1 << 62)
    return (not ok or text == "") and deny "survived"
  end,
}
