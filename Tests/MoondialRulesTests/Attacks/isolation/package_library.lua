-- package.loadlib loads C, package.loaded has the libraries that were left out.
-- expect: review rule_error
-- message: undefined global 'package'
rule "attack" { pre_check = function() return package.loadlib("libc.so.6", "system") end }
