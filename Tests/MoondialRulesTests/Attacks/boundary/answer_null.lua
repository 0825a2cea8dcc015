-- JSON's null, a light userdata, is no nil.
-- expect: review rule_error
-- message: returned an invalid value
rule "attack" { pre_check = function() return moondial.json.null end }
