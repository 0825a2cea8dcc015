-- io reads any file.
-- expect: review rule_error
-- message: undefined global 'io'
rule "attack" { pre_check = function() return deny(io.open("/etc/passwd"):read "a") end }
