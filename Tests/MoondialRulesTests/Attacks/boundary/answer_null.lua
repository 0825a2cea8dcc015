-- JSON's null, a light userdata, is no nil.
-- expect: review rule_error
-- message: nonsense
rule "attack" { pre_check = function() return moondial.json.null end }
