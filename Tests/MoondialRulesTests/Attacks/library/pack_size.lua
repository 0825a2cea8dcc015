-- string.packsize reads its format one character at a time: here 32 million of them.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local format = ("x"):rep(32 << 20)
    while true do string.packsize(format) end
  end,
}
