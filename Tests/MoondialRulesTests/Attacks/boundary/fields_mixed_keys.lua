-- A list with named fields besides, keys that are booleans, and a hole.
-- expect: review rule_error
-- message: bad argument
rule "attack" { pre_check = function() return deny("mixed", { 1, 2, nil, 4, name = 1, [true] = 2, [1.5] = 3 }) end }
