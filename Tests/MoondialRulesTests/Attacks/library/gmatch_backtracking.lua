-- The iterator of gmatch runs the matcher from the loop instruction.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    for _ in ("a"):rep(30000):gmatch "a-a-a-a-b" do end
  end,
}
