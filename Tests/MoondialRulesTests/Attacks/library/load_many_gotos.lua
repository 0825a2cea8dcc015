-- 18,000 gotos to one label at the end, each of which the compiler keeps until then.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local text = ("goto a "):rep(18000) .. "::a::"
    while true do load(text) end
  end,
}
