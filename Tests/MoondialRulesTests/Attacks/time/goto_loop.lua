-- A backward goto: some hosts count only loop instructions (FORLOOP, JMP of while).
-- expect: review rule_timeout
rule "attack" { pre_check = function() ::again:: goto again end }
