-- A field that every decision has anyway: the caller would read the rule's value for the verdict.
-- expect: review rule_error
-- message: choose another name
rule "attack" { map_result = function() return deny("x", { verdict = "match", billed = false }) end }
