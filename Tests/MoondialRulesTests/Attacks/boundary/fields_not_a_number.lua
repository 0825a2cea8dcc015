-- NaN and the infinities have no JSON form.
-- expect: review rule_error
-- message: has no JSON form
rule "attack" { pre_check = function() return deny("nan", { a = 0 / 0 }) end }
