-- Waits by asking for the time again and again: every round calls the host.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local start = moondial.now()
    repeat until moondial.now() > start + 3600
  end,
}
