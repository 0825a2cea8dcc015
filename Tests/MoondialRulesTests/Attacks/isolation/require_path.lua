-- A module's name must not lead out of the folder of the rules.
-- expect: deny survived
local a = pcall(require, "../../../../etc/passwd")
local b = pcall(require, "/etc/passwd")
local c = pcall(require, "......etc.passwd")
local d = pcall(require, "lib\0x")
rule "attack" { pre_check = function() return not (a or b or c or d) and deny "survived" end }
