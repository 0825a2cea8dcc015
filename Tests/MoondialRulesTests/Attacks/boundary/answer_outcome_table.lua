-- The constructors themselves in a table.
-- expect: review rule_error
-- message: returned an invalid value
rule "attack" { map_result = function() return { allow, deny } end }
