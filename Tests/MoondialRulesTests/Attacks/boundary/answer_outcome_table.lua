-- The constructors themselves in a table.
-- expect: review rule_error
-- message: nonsense
rule "attack" { map_result = function() return { allow, deny } end }
