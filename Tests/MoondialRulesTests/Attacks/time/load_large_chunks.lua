-- The compiler meets no hook: 100 KiB of text at a time, for ever.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local text = ("local a = { 1, 2, 3 } "):rep(150) .. ("do local a = {1} end "):rep(4000)
    while true do load(text) end
  end,
}
