-- An integer as the endpoint.
-- expect: review rule_error
-- message: "mobile" or "h5" expected
rule "attack" { route = function() return 1 end }
