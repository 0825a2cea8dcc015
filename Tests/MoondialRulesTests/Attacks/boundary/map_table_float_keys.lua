-- Keys that equal a code only after rounding, and NaN's neighbour.
-- expect: load rule_definition
rule "attack" { map_result = { [9001.5] = allow "forged" } }
