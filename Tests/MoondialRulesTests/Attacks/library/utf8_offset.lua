-- utf8.offset steps over each character, forth and back.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local text = ("é"):rep(8 << 20)
    while true do utf8.offset(text, 8 << 20) utf8.offset(text, -(8 << 20)) end
  end,
}
