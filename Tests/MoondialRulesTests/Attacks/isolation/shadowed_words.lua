-- Locals that shadow the words of the language must not confuse the host.
-- expect: deny survived
local allow, review, rule, pcall, error, tostring, type, next = deny, deny, rule, print, print, print, print, print
rule "attack" {
  pre_check = function(req) return allow "survived" end,
  on_decision = function(req, decision) local _ = decision.decision end,
}
