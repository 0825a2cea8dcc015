-- No backtracking, just a huge set in the pattern for each of a million characters.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    return ("a"):rep(1000000):find("^[^" .. ("bc"):rep(20000) .. "]*$") and deny "finished"
  end,
}
