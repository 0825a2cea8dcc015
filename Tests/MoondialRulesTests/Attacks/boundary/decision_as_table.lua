-- The fields of a decision without being one.
-- expect: review rule_error
-- message: allow, deny or review expected
rule "attack" { pre_check = function() return { decision = "allow", reason = "forged", fields = {} } end }
