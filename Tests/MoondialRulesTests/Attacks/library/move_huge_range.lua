-- Moves 2^60 elements that are not there: stock table.move is one loop in C.
-- expect: review rule_timeout
rule "attack" { pre_check = function() table.move({}, 1, 1 << 60, 2, {}) end }
