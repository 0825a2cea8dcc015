-- The iterator in C over a long text; the loop body is empty.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local text = ("é"):rep(8 << 20)
    while true do for _ in utf8.codes(text) do end end
  end,
}
