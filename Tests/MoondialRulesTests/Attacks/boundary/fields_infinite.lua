-- An infinity two levels down.
-- expect: review rule_error
-- message: has no JSON form
rule "attack" { pre_check = function() return deny("inf", { a = { { -math.huge } } }) end }
