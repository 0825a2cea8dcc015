-- A message that looks like the host's own report of another kind of failure.
-- expect: review rule_error
rule "attack" {
  pre_check = function() error("rule_timeout: killed by the host: moondial.attempt cannot wait inside x", 0) end,
}
