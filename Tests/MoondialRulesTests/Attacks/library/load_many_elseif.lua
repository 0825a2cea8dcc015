-- The jumps out of an if with 9,000 branches are such a list too: 0.1 s of compiling in one call, and no `or` in it.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local text = "local x if x then " .. ("elseif x then "):rep(9000) .. "end"
    while true do load(text) end
  end,
}
