-- A path as the endpoint, which must not become part of a URL.
-- expect: review rule_error
-- message: "mobile" or "h5" expected
rule "attack" { route = function() return "../../admin\r\nX-Header: 1" end }
