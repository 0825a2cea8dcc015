local tuned = 5 -- moondial: ignore unused-local kept for the next release
-- moondial: ignore unused-local the same, on the line before
local other = 6
-- moondial: ignore unused-local two in a row
-- moondial: ignore shadowed-word are about the line after both
local verify = 7
local third = 8 -- moondial: ignore unused-local
--              ^ ignore-without-reason: the comment does not say why it ignores unused-local
local fourth = 9 -- moondial: ignore unsued-local a misspelt code
--    ^ unused-local: the local variable 'fourth' is never used
--               ^ ignore-unknown-code: there is no finding 'unsued-local'
-- moondial: ignore unknown-field nothing of the kind is here
-- <- ignore-without-effect: line 13 has no finding unknown-field to ignore
print "x" -- moondial: ignore
--        ^ ignore-unknown-code: the comment names no code
