-- Lua writes surrogates and code points beyond Unicode as if they were UTF-8.
-- expect: review rule_error
-- message: not UTF-8
rule "attack" { pre_check = function() return deny(utf8.char(0xD800) .. "\u{7FFFFFFF}") end }
