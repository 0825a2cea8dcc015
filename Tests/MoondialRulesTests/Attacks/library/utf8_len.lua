-- Counts the characters of a long text over and over.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local text = ("é"):rep(8 << 20)
    while true do utf8.len(text) end
  end,
}
