-- The decision that on_decision gets is a record, and what is decided stays.
-- expect: deny survived
rule "attack" {
  pre_check = function() return deny "survived" end,
  on_decision = function(req, decision)
    pcall(function() decision.decision = "allow" end)
    pcall(rawset, decision, "decision", "allow")
    pcall(rawset, decision.attempts, 1, "x")
  end,
}
