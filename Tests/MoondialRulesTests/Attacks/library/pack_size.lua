-- string.packsize reads its format one character at a time.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local format = ("x"):rep(256 << 10)
    while true do string.packsize(format) end
  end,
}
