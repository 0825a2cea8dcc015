-- Only true is true: 1, "true" and a table are not.
-- expect: review rule_error
-- message: true or false expected
-- token: sim:code=9002
rule "attack" { fallback = function() return { endpoint = "h5", even_if_delivered = 1 } end }
