-- Thirty optional items before thirty mandatory ones: 2^30 ways to match, all within 60 bytes.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    return ("a"):rep(34):match(("a?"):rep(34) .. ("a"):rep(34)) and deny "finished"
  end,
}
