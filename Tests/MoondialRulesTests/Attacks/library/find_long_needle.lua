-- Searching for something long in something longer, where both are made of one character.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local needle = ("a"):rep(20 << 20) .. "b"
    local text = ("a"):rep(40 << 20)
    while true do text:find(needle, 1, true) end
  end,
}
