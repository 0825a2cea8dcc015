-- string.byte and utf8.codepoint return a value for each character of their range.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local text = ("x"):rep(2000000)
    local a, b = pcall(string.byte, text, 1, -1), pcall(utf8.codepoint, text, 1, -1)
    return not a and not b and deny "survived"
  end,
}
